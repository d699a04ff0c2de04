/** The drawings of the divergences: both densities under the best critic, and bars of what they measure. */

import { svg } from "../../shared/dom.mjs";
import { ROWS } from "../../shared/stage.mjs";
import { bestCritic, logNormal } from "./divergences.mjs";

export const VIEW = { low: -9, high: 9 };
const POINTS = 360;
const BASE = 170;
const TOP = 16;

function curve(toPixel, toHeight, value) {
  const points = [];
  for (let i = 0; i <= POINTS; i += 1) {
    const x = VIEW.low + ((VIEW.high - VIEW.low) * i) / POINTS;
    points.push(`${toPixel(x).toFixed(1)},${toHeight(value(x)).toFixed(1)}`);
  }
  return `M${points.join("L")}`;
}

/** What lies under the handles: p filled, q as a line, the critic dashed from 0 to 1, and the axis. */
export function drawDensities(p, q, toPixel) {
  const toHeight = (share) => BASE - Math.min(1.04, share) * (BASE - TOP);
  const tallest = Math.max(0.45, 0.4 / p.scale, 0.4 / q.scale);
  const density = (which) => curve(toPixel, toHeight, (x) => Math.exp(logNormal(x, which)) / tallest);
  const ticks = [-8, -4, 0, 4, 8].map((x) =>
    svg("text", { x: toPixel(x), y: BASE + 15, class: "live-axis" }, String(x).replace("-", "−")));
  const half = toHeight(0.5);
  return [
    svg("path", { d: `${density(p)}L${toPixel(VIEW.high)},${BASE}L${toPixel(VIEW.low)},${BASE}Z`, class: "live-kl-p" }),
    svg("path", { d: density(q), class: "live-kl-q" }),
    svg("line", { x1: toPixel(VIEW.low), x2: toPixel(VIEW.high), y1: half, y2: half, class: "live-divergence-half" }),
    svg("path", { d: curve(toPixel, toHeight, (x) => bestCritic(x, p, q)), class: "live-divergence-critic" }),
    svg("path", { d: `M${toPixel(q.mean)},${BASE}V${ROWS["is-scale"]}H${toPixel(q.mean + q.scale)}`, class: "live-kl-ruler" }),
    svg("line", { x1: toPixel(VIEW.low), x2: toPixel(VIEW.high), y1: BASE, y2: BASE, class: "live-kl-axis" }),
    ...ticks,
  ];
}

/** Bars from 0 to `longest`, each with its text; what is longer ends in a point. */
export function drawBars(rows, width) {
  const room = width - 16;
  const drawn = rows.flatMap(({ text, value, longest, className }, k) => {
    const y = 20 + 40 * k;
    const length = Math.max(1, Math.min(1, Math.abs(value) / longest) * (room - 12));
    const end = Math.abs(value) > longest ? `L${8 + length + 10},${y + 8}` : "";
    return [
      svg("text", { x: 8, y: y - 5, class: "live-kl-label" }, text),
      svg("rect", { x: 8, y, width: room, height: 16, class: "live-slot" }),
      svg("path", { d: `M8,${y}H${8 + length}${end}L${8 + length},${y + 16}H8Z`, class: className }),
    ];
  });
  const height = 40 * rows.length + 6;
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" }, ...drawn);
}
