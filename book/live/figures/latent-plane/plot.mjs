/** The drawings of the plane: codes as digits with a cross, and small images. */

import { svg } from "../../shared/dom.mjs";

export const REACH = 3; // of both latent variables

/** From z to pixels and back, for a square drawing of the given size. */
export function scaleOf(size, margin = 10) {
  const unit = (size - 2 * margin) / (2 * REACH);
  return {
    toPixel: ([first, second]) => [margin + (first + REACH) * unit, margin + (REACH - second) * unit],
    toZ: ([left, top]) => [(left - margin) / unit - REACH, REACH - (top - margin) / unit],
  };
}

/** The codes, each drawn as its digit, and circles of one and two standard deviations of the prior. */
export function drawCodes({ codes, labels }, size) {
  const { toPixel } = scaleOf(size);
  const [centre, edge] = [toPixel([0, 0]), toPixel([1, 0])];
  const circles = [1, 2].map((k) => svg("circle", { cx: centre[0], cy: centre[1], r: k * (edge[0] - centre[0]), class: "live-plane-prior" }));
  const marks = labels.flatMap((label, i) => {
    const z = [codes[2 * i], codes[2 * i + 1]];
    if (Math.max(Math.abs(z[0]), Math.abs(z[1])) > REACH) return [];
    const [x, y] = toPixel(z);
    return [svg("text", { x: x.toFixed(1), y: y.toFixed(1), class: `live-plane-code is-${label % 5}` }, String(label))];
  });
  return [svg("rect", { x: 0, y: 0, width: size, height: size, class: "live-plane-paper" }), ...circles, ...marks];
}

/** The cross at z, and the pair of the question with the line between them. */
export function drawMarks(z, pair, size) {
  const { toPixel } = scaleOf(size);
  const [x, y] = toPixel(z);
  const ends = pair.map((end) => toPixel(end.z));
  const letters = ends.map(([left, top], i) =>
    svg("g", { class: "live-plane-end" }, svg("circle", { cx: left, cy: top, r: 11 }), svg("text", { x: left, y: top }, "AB"[i])));
  const line = ends.length === 2 ? [svg("path", { d: `M${ends[0]}L${ends[1]}`, class: "live-plane-walk" })] : [];
  return [...line, ...letters, svg("path", { d: `M${x - 14},${y}H${x + 14}M${x},${y - 14}V${y + 14}`, class: "live-plane-cross" })];
}

/** An image as squares of ink. */
export function drawImage(values, levels, label) {
  const side = Math.sqrt(values.length);
  const squares = values.map((value, i) => {
    const place = { x: i % side, y: Math.floor(i / side), width: 1.02, height: 1.02 };
    return svg("rect", { ...place, class: "live-ink", "fill-opacity": (value / (levels - 1)).toFixed(3) });
  });
  const frame = svg("rect", { x: 0, y: 0, width: side, height: side, class: "live-plane-frame" });
  return svg("svg", { viewBox: `-0.1 -0.1 ${side + 0.2} ${side + 0.2}`, role: "img", "aria-label": label }, frame, ...squares);
}
