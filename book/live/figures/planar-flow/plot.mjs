/** The two pictures: a lattice of points as it is bent, with the arrows of one layer, and the density that comes of it. */

import { svg } from "../../shared/dom.mjs";
import { dot, used } from "./planar.mjs";

export const VIEW = 4.5; // the pictures show [−VIEW, VIEW]²
const LINES = 3; // every third row of the lattice is drawn as a line

/** From the plane to pixels and back, for a square of the given size. */
export function plane(size) {
  const unit = size / (2 * VIEW);
  return {
    toPixel: ([x, y]) => [size / 2 + x * unit, size / 2 - y * unit],
    toPlane: ([left, top]) => [(left - size / 2) / unit, (size / 2 - top) / unit],
  };
}

function polyline(points, toPixel) {
  return `M${points.map((point) => toPixel(point).map((value) => value.toFixed(1)).join(",")).join("L")}`;
}

function lattice(rows, toPixel) {
  const columns = rows[0].map((_, j) => rows.map((row) => row[j]));
  return [...rows, ...columns].filter((_, i) => (i % rows.length) % LINES === 0)
    .map((line) => svg("path", { d: polyline(line.map(({ z }) => z), toPixel), class: "live-planar-line" }));
}

/** The line wᵀx + b = 0, on which the unit of a layer switches. */
function switching({ w, b }, toPixel) {
  const square = dot(w, w);
  if (square === 0) return [];
  const foot = w.map((value) => (-b * value) / square);
  const reach = (3 * VIEW) / Math.sqrt(square);
  const ends = [-1, 1].map((sign) => [foot[0] - sign * reach * w[1], foot[1] + sign * reach * w[0]]);
  return [svg("path", { d: polyline(ends, toPixel), class: "live-planar-switch" })];
}

function arrow(vector, toPixel, className, text) {
  const [from, to] = [toPixel([0, 0]), toPixel(vector)];
  const angle = Math.atan2(to[1] - from[1], to[0] - from[0]);
  const barb = (turn) => [to[0] - 10 * Math.cos(angle + turn), to[1] - 10 * Math.sin(angle + turn)];
  const head = Math.hypot(to[0] - from[0], to[1] - from[1]) < 2 ? "" : `M${barb(0.45)}L${to}L${barb(-0.45)}`;
  return [
    svg("path", { d: `M${from}L${to}${head}`, class: `live-planar-arrow ${className}` }),
    svg("text", { x: to[0] + 12 * Math.cos(angle), y: to[1] + 12 * Math.sin(angle) + 5, class: `live-planar-name ${className}` }, text),
  ];
}

/** Fill the group `under` with the lattice and the layer that is set, at the given size of the square. */
export function drawLattice(under, rows, layer, constrained, size) {
  const { toPixel } = plane(size);
  const { uHat } = used(layer, constrained);
  const moved = Math.hypot(uHat[0] - layer.u[0], uHat[1] - layer.u[1]) > 0.3;
  const drawing = under.ownerSVGElement;
  drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
  drawing.setAttribute("width", size);
  drawing.setAttribute("height", size);
  under.replaceChildren(...lattice(rows, toPixel), ...switching(layer, toPixel), ...arrow(layer.w, toPixel, "is-w", "w"),
    ...arrow(layer.u, toPixel, "is-u", "u"), ...arrow(uHat, toPixel, "is-hat", moved ? "û" : ""));
}

/** Paint the density: each cell of the lattice where it has come to, the darker the denser. */
export function paintDensity(canvas, rows, size, colour) {
  const ratio = window.devicePixelRatio || 1;
  Object.assign(canvas, { width: Math.round(size * ratio), height: Math.round(size * ratio) });
  Object.assign(canvas.style, { width: `${size}px`, height: `${size}px` });
  const context = canvas.getContext("2d");
  const { toPixel } = plane(size * ratio);
  const pixels = rows.map((row) => row.map(({ z }) => toPixel(z)));
  const most = Math.max(0.16, ...rows.flat().map(({ density }) => Math.min(density, 0.8)));
  context.fillStyle = colour;
  for (let i = 0; i + 1 < rows.length; i += 1) {
    for (let j = 0; j + 1 < rows.length; j += 1) {
      const mean = (rows[i][j].density + rows[i][j + 1].density + rows[i + 1][j].density + rows[i + 1][j + 1].density) / 4;
      const corners = [pixels[i][j], pixels[i][j + 1], pixels[i + 1][j + 1], pixels[i + 1][j]];
      context.globalAlpha = Math.min(1, Math.sqrt(mean / most));
      context.beginPath();
      corners.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.fill();
    }
  }
}
