/** Points, cells and codes in the plane. */

import { svg } from "../../shared/dom.mjs";
import { cells } from "./quantiser.mjs";

export const SIZE = 3; // the plane goes from -SIZE to SIZE

/** From the plane to pixels and back; the second coordinate points up. */
export function scale(width) {
  const unit = width / (2 * SIZE);
  return {
    toPixel: ([x, y]) => [(x + SIZE) * unit, (SIZE - y) * unit],
    toPlane: ([left, top]) => [left / unit - SIZE, SIZE - top / unit],
  };
}

const path = (corners) => `M${corners.map((pair) => pair.map((value) => value.toFixed(1)).join(",")).join("L")}`;

/** What lies under the handles: cells, spokes from points to their codes, points. */
export function drawPlane(points, codes, { choices, uses }, { toPixel }) {
  const nodes = cells(codes, SIZE).map((cell, k) =>
    svg("path", { d: cell.length ? `${path(cell.map(toPixel))}Z` : "", class: `live-codebook-cell ${uses[k] ? "" : "is-dead"}` }),
  );
  const spokes = points.map((point, i) => path([toPixel(point), toPixel(codes[choices[i]])])).join("");
  nodes.push(svg("path", { d: spokes, class: "live-codebook-spokes" }));
  points.forEach((point) => {
    const [cx, cy] = toPixel(point);
    nodes.push(svg("circle", { cx: cx.toFixed(1), cy: cy.toFixed(1), r: 2, class: "live-codebook-point" }));
  });
  return nodes;
}
