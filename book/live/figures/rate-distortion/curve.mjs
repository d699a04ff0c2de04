/** The curve of distortion over rate, the chosen point with its tangent, and the guess. */

import { svg } from "../../shared/dom.mjs";

const [HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [270, 44, 14, 14, 44];

/** A round step that cuts `span` into at most `parts` pieces. */
export function stepOf(span, parts) {
  const base = 10 ** Math.floor(Math.log10(span / parts));
  return [1, 2, 5, 10].map((factor) => factor * base).find((step) => span / step <= parts);
}

/** From nats to pixels, with a margin around all points. */
export function scales(width, points) {
  const [rates, distortions] = [points.map((p) => p.rate), points.map((p) => p.distortion)];
  const right = Math.max(...rates) * 1.06;
  const [low, high] = [Math.min(...distortions), Math.max(...distortions)];
  const margin = 0.08 * (high - low);
  const x = (rate) => LEFT + ((width - LEFT - RIGHT) * rate) / right;
  const y = (d) => TOP + ((HEIGHT - TOP - BOTTOM) * (high + margin - d)) / (high - low + 2 * margin);
  return { x, y, right, low: low - margin, high: high + margin };
}

/** The index of the point that is nearest to a horizontal pixel. */
export function nearestPoint(pixel, width, points) {
  const { x } = scales(width, points);
  const away = points.map((point) => Math.abs(x(point.rate) - pixel));
  return away.indexOf(Math.min(...away));
}

/** The two ends of the line of slope -beta through a point, cut off at the frame. */
export function tangent({ rate, distortion, beta }, { right, low, high }) {
  const at = (r) => distortion - beta * (r - rate);
  const from = Math.max(0, rate - (high - distortion) / beta);
  const to = Math.min(right, rate + (distortion - low) / beta);
  return [[from, at(from)], [to, at(to)]];
}

function ticks(low, high, parts) {
  const step = stepOf(high - low, parts);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.floor(high / step) - first + 1 }, (_, k) => (first + k) * step);
}

function axes(at, width) {
  const { x, y, right, low, high } = at;
  const grid = ticks(low, high, 6).flatMap((d) => [
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(d), y2: y(d), class: "live-fid-grid" }),
    svg("text", { x: LEFT - 18, y: y(d), class: "live-axis" }, String(d)),
  ]);
  const across = ticks(0, right, 8).map((r) => svg("text", { x: x(r), y: HEIGHT - BOTTOM + 16, class: "live-axis" }, String(r)));
  return [...grid, ...across, svg("text", { x: (LEFT + width) / 2, y: HEIGHT - 8, class: "live-axis" }, "rate, nats an image")];
}

/** Fill `drawing`; while the figure asks, only the chosen point and the guess are shown. */
export function drawCurve(drawing, { width, points, chosen, asking, guess }) {
  const at = scales(width, points);
  const { x, y } = at;
  const marks = [];
  if (!asking) {
    const path = points.map((p) => `${x(p.rate).toFixed(1)},${y(p.distortion).toFixed(1)}`).join("L");
    const [from, to] = tangent(points[chosen], at);
    marks.push(svg("path", { d: `M${path}`, class: "live-rd-curve" }));
    marks.push(svg("line", { x1: x(from[0]), y1: y(from[1]), x2: x(to[0]), y2: y(to[1]), class: "live-rd-tangent" }));
  }
  points.forEach((p, k) => {
    if (asking && k !== chosen) return;
    const [r, name] = k === chosen ? [8, "live-rd-point is-chosen"] : [5, "live-rd-point"];
    marks.push(svg("circle", { cx: x(p.rate), cy: y(p.distortion), r, class: name }));
  });
  const [gx, gy] = [x(guess.rate), HEIGHT - BOTTOM];
  if (asking || points[chosen].beta === guess.beta) marks.push(svg("path", { d: `M${gx},${gy - 9}l7,9l-7,9l-7,-9z`, class: "live-fid-guess" }));
  drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  drawing.replaceChildren(...axes(at, width), ...marks);
}
