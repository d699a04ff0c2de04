/** Estimates against the number of samples: logarithmic across, square roots upwards, so that zero is on the axis. */

import { svg } from "../../shared/dom.mjs";
import { mean } from "./words.mjs";

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [300, 40, 12, 14, 46];
const TICKS = [0, 0.1, 0.5, 1, 2, 5, 10, 20, 40];

/** From n and from a distance to pixels. */
export function scales(width, sizes, most) {
  const [low, high] = [Math.log(sizes[0]), Math.log(sizes.at(-1))];
  const across = width - LEFT - RIGHT - 24;
  const x = (n) => LEFT + 12 + (across * (Math.log(n) - low)) / (high - low);
  const y = (value) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.sqrt(Math.min(value, most) / most);
  return { x, y };
}

/** The index of the size that is nearest to a horizontal pixel. */
export function nearestSize(pixel, width, sizes) {
  const { x } = scales(width, sizes, 1);
  const away = sizes.map((n) => Math.abs(x(n) - pixel));
  return away.indexOf(Math.min(...away));
}

function axes({ x, y }, { width, sizes, most }) {
  const fits = (n, k) => k === sizes.length - 1 || x(sizes[k + 1]) - x(n) > 8 + 3 * String([n, sizes[k + 1]]).length;
  const across = sizes
    .filter(fits)
    .map((n) => svg("text", { x: x(n), y: HEIGHT - BOTTOM + 16, class: "live-axis" }, String(n)));
  const name = svg("text", { x: (LEFT + width) / 2, y: HEIGHT - 10, class: "live-axis" }, "samples in each set, n (logarithmic)");
  const shown = [];
  for (const tick of TICKS) if (tick <= most && !(y(shown.at(-1)) - y(tick) < 14)) shown.push(tick);
  const upwards = shown.flatMap((tick) => [
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick), class: "live-fid-grid" }),
    svg("text", { x: LEFT - 16, y: y(tick), class: "live-axis" }, String(tick)),
  ]);
  return [...upwards, ...across, name];
}

function dots({ x, y }, { values, sizes, chosen }) {
  return sizes.flatMap((n, k) =>
    values[k].map((value, i) =>
      svg("circle", {
        cx: x(n) + (i - (values[k].length - 1) / 2) * 1.6,
        cy: y(value),
        r: k === chosen ? 4 : 2.5,
        class: `live-fid-dot${k === chosen ? " is-chosen" : ""}`,
      }),
    ),
  );
}

function theory({ x, y }, { sizes, truth, bias }) {
  const [low, high] = [Math.log(sizes[0]), Math.log(sizes.at(-1))];
  const points = Array.from({ length: 60 }, (_, i) => Math.exp(low + ((high - low) * i) / 59));
  const path = points.map((n) => `${x(n).toFixed(1)},${y(truth + bias(n)).toFixed(1)}`).join("L");
  return svg("path", { d: `M${path}`, class: "live-fid-theory" });
}

/** Fill `drawing` with the scene; while the figure asks, the estimates are hidden and the guess is shown. */
export function drawChart(drawing, scene) {
  const { width, sizes, truth, chosen, guess, hidden } = scene;
  const at = scales(width, sizes, scene.most);
  const level = (value, name) => svg("line", { x1: LEFT, x2: width - RIGHT, y1: at.y(value), y2: at.y(value), class: name });
  const n = at.x(sizes[chosen]);
  const marks = [svg("line", { x1: n, x2: n, y1: TOP, y2: HEIGHT - BOTTOM, class: "live-fid-n" }), level(truth, "live-fid-truth")];
  if (!hidden) {
    const average = at.y(mean(scene.values[chosen]));
    marks.push(theory(at, scene), ...dots(at, scene));
    marks.push(svg("line", { x1: n - 16, x2: n + 16, y1: average, y2: average, class: "live-fid-mean" }));
  }
  if (guess !== null) marks.push(svg("path", { d: `M${n},${at.y(guess) - 8}l8,8l-8,8l-8,-8z`, class: "live-fid-guess" }));
  drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  drawing.replaceChildren(...axes(at, scene), ...marks);
}
