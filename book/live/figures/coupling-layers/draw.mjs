/** The drawing of the coupling layers: a grid and points at one moment of their way. */

import { svg } from "../../shared/dom.mjs";
import { between } from "./flow.mjs";

export const REACH = 3; // the map shows [-REACH, REACH] in both directions

const place = ([a, b]) => [((a + REACH) / (2 * REACH)) * 100, 50 - (b / (2 * REACH)) * 100].map((value) => Math.max(-400, Math.min(500, value)).toFixed(2));

/** One path element of many round dots: lines without length. */
function dots(points, className) {
  const d = points.map((point) => `M${place(point).join(" ")}h0`).join("");
  return svg("path", { d, class: `live-layers-dots ${className}` });
}

/** Everything at `time`, as elements of a drawing of 100 by 100. */
export function scene({ lines, points, groups }, time, withGrid) {
  const curve = (line) => svg("polyline", { points: line.map((stages) => place(between(stages, time)).join(",")).join(" "), class: "live-layers-line" });
  const now = points.map((stages) => between(stages, time));
  return [...(withGrid ? lines.map(curve) : []), ...[0, 1, 2].map((group) => dots(now.filter((_, i) => groups[i] === group), `is-${group}`))];
}
