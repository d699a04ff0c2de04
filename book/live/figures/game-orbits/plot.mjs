/** The plane of the two players: arrows of the flow, the orbit, the start and where it stands. */

import { svg } from "../../shared/dom.mjs";

export const REACH = 3; // the plane shows [-REACH, REACH] in both directions
const ARROWS = 9;
export const toPlane = ([theta, phi]) => [50 + (theta / REACH) * 46, 50 - (phi / REACH) * 46];
export const fromPlane = ([x, y]) => [((x - 50) / 46) * REACH, ((50 - y) / 46) * REACH];

/** Short lines along -v, the direction in which both players want to go, with a dot at the foot. */
function arrows(field) {
  const drawn = [];
  for (let i = 0; i < ARROWS; i += 1)
    for (let j = 0; j < ARROWS; j += 1) {
      const w = [i, j].map((k) => -REACH + ((k + 0.5) * 2 * REACH) / ARROWS);
      const [a, b] = field(w);
      const length = Math.hypot(a, b);
      if (length === 0) continue;
      const reach = Math.min(0.5, 0.25 * length) / length;
      const [[x1, y1], [x2, y2]] = [toPlane(w), toPlane([w[0] - reach * a, w[1] - reach * b])];
      drawn.push(svg("line", { x1, y1, x2, y2, class: "live-orbit-flow" }), svg("circle", { cx: x1, cy: y1, r: 0.5, class: "live-orbit-foot" }));
    }
  return drawn;
}

/** All of it, for a drawing of 100 by 100. */
export function drawOrbit(path, field) {
  const points = path.map((w) => toPlane(w));
  const text = points.map(([x, y]) => `${x.toFixed(2)},${y.toFixed(2)}`).join(" ");
  const [now, first] = [points.at(-1), points[0]];
  const dots = points.slice(-80).map(([cx, cy]) => svg("circle", { cx, cy, r: 0.7, class: "live-orbit-step" }));
  return [
    svg("rect", { x: 4, y: 4, width: 92, height: 92, class: "live-orbit-frame" }),
    ...arrows(field),
    svg("line", { x1: 4, x2: 96, y1: 50, y2: 50, class: "live-orbit-axis" }),
    svg("line", { x1: 50, x2: 50, y1: 4, y2: 96, class: "live-orbit-axis" }),
    svg("text", { x: 93, y: 54.5, class: "live-orbit-name" }, "θ"),
    svg("text", { x: 52.5, y: 8.5, class: "live-orbit-name" }, "φ"),
    svg("polyline", { points: text, class: "live-orbit-path" }),
    ...dots,
    svg("circle", { cx: first[0], cy: first[1], r: 2.2, class: "live-orbit-start" }),
    svg("circle", { cx: now[0], cy: now[1], r: 1.7, class: "live-orbit-now" }),
  ];
}
