/** Paths from noise on the left to their ends, and on the right the histogram of all ends beside the true density. */

import { svg } from "../../shared/dom.mjs";
import { density } from "../noised-mixture/mixture.mjs";
import { MIXTURE, times } from "./walk.mjs";

export const HEIGHT = 330;
const [LOW, HIGH, BINS, SHOWN] = [-3.2, 3.2, 64, 24];
const [TOP, FLOOR, LEFT, SHARE, GAP] = [26, 300, 26, 0.62, 16];
const MOST = 1.1; // density at the right edge

const across = (x) => FLOOR - ((x - LOW) / (HIGH - LOW)) * (FLOOR - TOP);
const inside = (x) => Math.min(HIGH, Math.max(LOW, x));

/** A few of the paths, at equal distances among their starts. */
function lines(paths, right) {
  const roots = times(paths[0].length - 1).map(Math.sqrt);
  const toPixel = (root) => LEFT + ((1 - root) / (1 - roots[roots.length - 1])) * (right - LEFT);
  const every = paths.length / SHOWN;
  return Array.from({ length: SHOWN }, (_, i) => {
    const path = paths[Math.floor((i + 0.5) * every)];
    const points = path.map((x, k) => `${toPixel(roots[k]).toFixed(1)},${across(inside(x)).toFixed(1)}`);
    return svg("path", { d: `M${points.join("L")}`, class: "live-paths-line" });
  });
}

/** Bars of the ends and the curve of the truth, both as densities that grow to the right. */
function ends(paths, left, right) {
  const width = (HIGH - LOW) / BINS;
  const counts = new Array(BINS).fill(0);
  for (const path of paths) counts[Math.min(BINS - 1, Math.floor((inside(path[path.length - 1]) - LOW) / width))] += 1;
  const reach = (p) => (Math.min(p, MOST) / MOST) * (right - left);
  const bars = counts.map((count, i) => {
    const y = across(LOW + (i + 1) * width);
    return svg("rect", { x: left, y, width: reach(count / paths.length / width), height: across(LOW + i * width) - y, class: "live-paths-bar" });
  });
  const places = Array.from({ length: 241 }, (_, i) => LOW + ((HIGH - LOW) * i) / 240);
  const curve = places.map((x) => `${(left + reach(density(MIXTURE, x))).toFixed(1)},${across(x).toFixed(1)}`);
  return [...bars, svg("path", { d: `M${curve.join("L")}`, class: "live-paths-truth" })];
}

/** The whole drawing for a width in pixels. */
export function scene(paths, width) {
  const middle = LEFT + SHARE * (width - LEFT);
  const numbers = [-3, -2, -1, 0, 1, 2, 3].map((x) => svg("text", { x: LEFT - 12, y: across(x) + 4, class: "live-axis" }, String(x).replace("-", "−")));
  const edges = [LEFT, middle, middle + GAP].map((x) => svg("line", { x1: x, x2: x, y1: TOP, y2: FLOOR, class: "live-push-floor" }));
  return [
    ...ends(paths, middle + GAP, width - 4),
    ...lines(paths, middle),
    ...edges,
    ...numbers,
    svg("text", { x: LEFT, y: 15, class: "live-noised-name" }, "paths of x_t"),
    svg("text", { x: middle + GAP, y: 15, class: "live-noised-name" }, "ends, truth"),
    svg("text", { x: LEFT + 20, y: FLOOR + 20, class: "live-axis" }, "t = 1"),
    svg("text", { x: middle - 26, y: FLOOR + 20, class: "live-axis" }, "t = 0.003"),
  ];
}
