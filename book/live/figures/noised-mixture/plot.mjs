/** The noisy marginal above, the clean data and their posterior below, on one axis. */

import { svg } from "../../shared/dom.mjs";
import { MIXTURE, density } from "./mixture.mjs";

export const VIEW = { low: -4, high: 4 };
export const HEIGHT = 340;
export const FLOOR = 140; // of the upper curve, where x_t is dragged
const [TALL, GROUND] = [100, 300];
const [SHARE, LONGEST] = [0.6, 1.8]; // of the arrow: its length for a score of 1, and the most, on the line
const PLACES = Array.from({ length: 241 }, (_, i) => VIEW.low + ((VIEW.high - VIEW.low) * i) / 240);

/** The area under a density, scaled so that `most` is as tall as the drawing allows. */
function area(mixture, most, floor, toPixel, name) {
  const points = PLACES.map((x) => `${toPixel(x).toFixed(1)},${(floor - (density(mixture, x) / most) * TALL).toFixed(1)}`);
  return svg("path", { d: `M${toPixel(VIEW.low)},${floor}L${points.join("L")}L${toPixel(VIEW.high)},${floor}Z`, class: name });
}

function highest(mixture) {
  return Math.max(...PLACES.map((x) => density(mixture, x)));
}

/** An arrow on the curve above x, in the direction of the score and as long as it is, up to a limit. */
function pull({ x, score, marginal }, most, toPixel) {
  const end = x + Math.sign(score) * Math.min(LONGEST, SHARE * Math.abs(score));
  const [from, to] = [toPixel(x), toPixel(end)];
  const y = FLOOR - (density(marginal, x) / most) * TALL;
  const head = Math.sign(to - from) * Math.min(8, Math.abs(to - from));
  return [
    svg("line", { x1: from, x2: from, y1: FLOOR, y2: y, class: "live-push-drop" }),
    svg("line", { x1: from, x2: to - head, y1: y, y2: y, class: "live-noised-pull" }),
    svg("path", { d: `M${to},${y}l${-head},-6v12Z`, class: "live-noised-head" }),
  ];
}

/** All that lies under the handle. */
export function scene(now, toPixel) {
  const numbers = [-3, -2, -1, 0, 1, 2, 3].map((x) => svg("text", { x: toPixel(x), y: GROUND + 18, class: "live-axis" }, String(x)));
  const floors = [FLOOR, GROUND].map((y) => svg("line", { x1: toPixel(VIEW.low), x2: toPixel(VIEW.high), y1: y, y2: y, class: "live-push-floor" }));
  const most = Math.max(highest(MIXTURE), highest(now.posterior));
  const top = highest(now.marginal);
  return [
    area(now.marginal, top, FLOOR, toPixel, "live-noised-marginal"),
    area(now.posterior, most, GROUND, toPixel, "live-noised-posterior"),
    area(MIXTURE, most, GROUND, toPixel, "live-noised-data"),
    ...floors,
    svg("line", { x1: toPixel(now.x), y1: FLOOR, x2: toPixel(now.mean), y2: GROUND, class: "live-push-drop" }),
    svg("circle", { cx: toPixel(now.mean), cy: GROUND, r: 6, class: "live-noised-mean" }),
    ...pull(now, top, toPixel),
    ...numbers,
    svg("text", { x: 8, y: 16, class: "live-noised-name" }, "noisy: density of x_t, and the score as an arrow"),
    svg("text", { x: 8, y: 182, class: "live-noised-name" }, "clean: data (dashed), and what x_t says about x_0"),
  ];
}
