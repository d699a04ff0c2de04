/** The drawings of the chains: the landscape with their last steps, and their places over time. */

import { svg } from "../../shared/dom.mjs";
import { at } from "./sampler.mjs";
import { along } from "./walk.mjs";

const REACH = 6; // the map shows [-REACH, REACH] in both directions
const CELLS = 36;
const TAIL = 60; // steps of a path that stay visible
const toMap = (x) => ((x + REACH) / (2 * REACH)) * 100;

/** The density as squares, darker where it is higher. */
export function landscape(world) {
  const size = 100 / CELLS;
  const middle = (i) => -REACH + ((i + 0.5) * 2 * REACH) / CELLS;
  const cells = [];
  for (let i = 0; i < CELLS; i += 1)
    for (let j = 0; j < CELLS; j += 1) {
      const p = Math.exp(-at(world, [middle(i), middle(j)]).energy) / 0.1;
      if (p > 1e-4) cells.push({ i, j, opacity: Math.min(1, p ** 0.35) });
    }
  return cells.map(({ i, j, opacity }) =>
    svg("rect", { x: i * size, y: 100 - (j + 1) * size, width: size, height: size, class: "live-chains-ground", "fill-opacity": opacity.toFixed(3) }),
  );
}

/** The last steps of every chain and where it stands. */
export function paths(chains) {
  return chains.flatMap(({ path }, k) => {
    const points = path.slice(-TAIL).map(([x1, x2]) => `${toMap(x1).toFixed(2)},${(100 - toMap(x2)).toFixed(2)}`);
    const [cx, cy] = points.at(-1).split(",");
    return [
      svg("polyline", { points: points.join(" "), class: `live-chains-path is-${k}` }),
      svg("circle", { cx, cy, r: 1.8, class: `live-chains-dot is-${k}` }),
    ];
  });
}

/** The place of every chain along the line through both valleys, over the steps. */
export function traces(chains, steps, [width, height]) {
  const toX = (t) => 34 + (t / steps) * (width - 42);
  const toY = (u) => height / 2 - (Math.max(-8, Math.min(8, u)) / 8) * (height / 2 - 8);
  const label = (u, text) => svg("text", { x: 30, y: toY(u), class: "live-axis live-chains-side" }, text);
  const lines = chains.map(({ path }, k) =>
    svg("polyline", { points: path.map((x, t) => `${toX(t).toFixed(1)},${toY(along(x)).toFixed(1)}`).join(" "), class: `live-chains-path is-${k}` }),
  );
  const zero = svg("line", { x1: 34, x2: width - 8, y1: toY(0), y2: toY(0), class: "live-chains-zero" });
  return [zero, label(4, "upper"), label(-4, "lower"), ...lines];
}
