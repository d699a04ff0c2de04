/** The energy as a curve with the data on it, and the mass as bars below it, on one axis. */

import { svg } from "../../shared/dom.mjs";
import { CELLS, place } from "./energy.mjs";

const [HEIGHT, LEFT, RIGHT, TOP, MIDDLE, BOTTOM] = [330, 44, 12, 14, 190, 30];

/** From cells to pixels and back. */
export function scale(width) {
  const across = (width - LEFT - RIGHT) / (CELLS - 1);
  return { toPixel: (i) => LEFT + i * across, toCell: (pixel) => (pixel - LEFT) / across, across };
}

function range(values) {
  const low = Math.min(-1, ...values);
  const high = Math.max(1, ...values);
  return [low, high];
}

function curve(energy, { toPixel }) {
  const [low, high] = range(energy);
  const y = (value) => TOP + ((high - value) / (high - low)) * (MIDDLE - TOP - 12);
  const path = Array.from(energy, (value, i) => `${toPixel(i).toFixed(1)},${y(value).toFixed(1)}`).join("L");
  const ticks = [low, high].map((value) => svg("text", { x: LEFT - 6, y: y(value) + 4, class: "live-axis is-end" }, value.toFixed(1)));
  return { y, nodes: [svg("path", { d: `M${path}`, class: "live-push-energy" }), ...ticks] };
}

function bars(p, { toPixel, across }) {
  const most = Math.max(0.05, ...p);
  const floor = HEIGHT - BOTTOM;
  const tall = floor - MIDDLE - 24;
  const nodes = Array.from(p, (value, i) => {
    const height = (value / most) * tall;
    return svg("rect", { x: toPixel(i) - across * 0.42, y: floor - height, width: across * 0.84, height, class: "live-push-mass" });
  });
  const tick = svg("text", { x: LEFT - 6, y: floor - tall + 4, class: "live-axis is-end" }, most.toFixed(2));
  return [...nodes, tick, svg("line", { x1: LEFT, x2: toPixel(CELLS - 1), y1: floor, y2: floor, class: "live-push-floor" })];
}

/** Fill `drawing` with the scene. */
export function drawScene(drawing, { energy, p }, data, width) {
  const at = scale(width);
  const { y, nodes } = curve(energy, at);
  const dots = data.flatMap((cell) => [
    svg("line", { x1: at.toPixel(cell), x2: at.toPixel(cell), y1: y(energy[cell]), y2: HEIGHT - BOTTOM, class: "live-push-drop" }),
    svg("circle", { cx: at.toPixel(cell), cy: y(energy[cell]), r: 7, class: "live-push-datum" }),
  ]);
  const numbers = [-3, -2, -1, 0, 1, 2, 3].map((x) =>
    svg("text", { x: at.toPixel(((x + 3) / 6) * (CELLS - 1)), y: HEIGHT - 12, class: "live-axis" }, String(x)),
  );
  const names = [
    svg("text", { x: LEFT, y: TOP - 2, class: "live-push-name" }, "energy E(x)"),
    svg("text", { x: LEFT, y: MIDDLE + 6, class: "live-push-name" }, "probability p(x)"),
  ];
  drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  drawing.setAttribute("width", width);
  drawing.setAttribute("height", HEIGHT);
  drawing.replaceChildren(...bars(p, at), ...nodes, ...dots, ...numbers, ...names);
}

/** The words of a screen reader for the scene: where the mass is. */
export function described({ p }, data) {
  const top = p.indexOf(Math.max(...p));
  const points = data.map((i) => place(i).toFixed(1)).join(", ");
  return `Energy and probability over a line; data at ${points}; the likeliest cell is at ${place(top).toFixed(1)}`;
}
