/** The drawings of the tug-of-war: both densities with the handles of q, both integrands, both divergences as bars. */

import { svg } from "../../shared/dom.mjs";
import { ROWS, lineScale } from "../../shared/stage.mjs";
import { logNormal } from "./divergence.mjs";

export const VIEW = { low: -8, high: 8 };
const TALLEST = 0.75; // of the densities that are drawn whole
const LONGEST = 4; // nats that a bar can show

/** The path of a curve over the points of the grid that are in view; `close` leads it back along a base line. */
function path({ x }, values, toPixel, toHeight, close) {
  const points = [];
  for (let i = 0; i < x.length; i += 2) {
    if (x[i] < VIEW.low || x[i] > VIEW.high) continue;
    points.push(`${toPixel(x[i]).toFixed(1)},${toHeight(values[i]).toFixed(1)}`);
  }
  const line = `M${points.join("L")}`;
  if (!close) return line;
  return `${line}L${toPixel(VIEW.high).toFixed(1)},${toHeight(0)}L${toPixel(VIEW.low).toFixed(1)},${toHeight(0)}Z`;
}

function axis(toPixel, y) {
  const ticks = [-8, -4, 0, 4, 8].map((x) =>
    svg("text", { x: toPixel(x), y: y + 15, class: "live-axis" }, String(x).replace("-", "\u2212")),
  );
  return svg("g", { "aria-hidden": "true" },
    svg("line", { x1: toPixel(VIEW.low), x2: toPixel(VIEW.high), y1: y, y2: y, class: "live-kl-axis" }), ...ticks);
}

/** What lies under the handles: p filled, q as a line, the axis, and the line from the mean to the handle of the width. */
export function drawDensities(target, q, toPixel) {
  const base = 170;
  const toHeight = (density) => Math.max(4, base - (density / TALLEST) * (base - 14));
  const density = target.x.map((x) => Math.exp(logNormal(x, q)));
  return [
    svg("path", { d: path(target, target.p, toPixel, toHeight, true), class: "live-kl-p" }),
    svg("path", { d: path(target, density, toPixel, toHeight, false), class: "live-kl-q" }),
    svg("path", { d: `M${toPixel(q.mean)},${base}V${ROWS["is-scale"]}H${toPixel(q.mean + q.scale)}`, class: "live-kl-ruler" }),
    axis(toPixel, base),
  ];
}

/** One integrand as a filled curve; what lies above the axis costs, what lies below is given back. */
export function drawIntegrand(target, values, width, className, label) {
  const height = 112;
  const { toPixel } = lineScale(VIEW, width);
  const inView = values.filter((_, i) => target.x[i] > VIEW.low && target.x[i] < VIEW.high);
  const [low, high] = [Math.min(-0.25, ...inView), Math.max(0.5, ...inView)];
  const toHeight = (value) => 12 + ((high - value) / (high - low)) * (height - 24);
  const mark = high.toFixed(high < 10 ? 1 : 0);
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
    svg("line", { x1: 8, x2: width - 8, y1: toHeight(0), y2: toHeight(0), class: "live-kl-axis" }),
    svg("path", { d: path(target, values, toPixel, toHeight, true), class: className }),
    svg("text", { x: 10, y: 12, class: "live-axis live-kl-start" }, `${mark} nats a unit of x`));
}

/** Both divergences as bars with their numbers; a bar that is cut off ends in a point. */
export function drawBars(rows, width) {
  const room = width - 16;
  const drawn = rows.flatMap(({ label, value, className }, k) => {
    const y = 20 + 46 * k;
    const cut = value > LONGEST;
    const length = Math.max(1, (Math.min(value, LONGEST) / LONGEST) * (room - 12));
    const end = cut ? `L${8 + length + 10},${y + 10}` : "";
    return [
      svg("text", { x: 8, y: y - 6, class: "live-kl-label" }, `${label} = ${value.toFixed(3)} nats`),
      svg("rect", { x: 8, y, width: room, height: 20, class: "live-slot" }),
      svg("path", { d: `M8,${y}H${8 + length}${end}L${8 + length},${y + 20}H8Z`, class: className }),
    ];
  });
  return svg("svg", { viewBox: `0 0 ${width} 96`, width, height: 96, "aria-hidden": "true" }, ...drawn);
}
