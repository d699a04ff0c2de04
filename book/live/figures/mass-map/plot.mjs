/** The drawing of the mass map: the base density on the left, the map in the middle, the density of x below. */

import { svg } from "../../shared/dom.mjs";
import { forward, inverse, logNormal, logProb } from "./spline.mjs";

export const REACH = 3; // of both axes
export const FIFTHS = [-REACH, -0.8416212335729143, -0.2533471031357997, 0.2533471031357997, 0.8416212335729143, REACH];
const TALLEST = 1.6; // of the densities of x that are drawn whole
const STEPS = 240;

/** From values to pixels and back, for a drawing of the given width. */
export function frame(width) {
  const side = Math.round(width * 0.22);
  const size = width - side - 12;
  const unit = size / (2 * REACH);
  const bottom = Math.round(size * 0.45);
  return {
    width,
    size,
    side,
    height: size + bottom + 34,
    toX: (x) => side + (x + REACH) * unit,
    toZ: (z) => 6 + (REACH - z) * unit,
    fromX: (pixel) => (pixel - side) / unit - REACH,
    fromZ: (pixel) => REACH - (pixel - 6) / unit,
    toLow: (density) => size + bottom + 6 - (Math.min(density, TALLEST) / TALLEST) * (bottom - 18),
    toSide: (density) => side - 8 - (density / 0.4) * (side - 16),
  };
}

function span(low, high, steps) {
  return Array.from({ length: steps + 1 }, (_, i) => low + ((high - low) * i) / steps);
}

function line(points) {
  return `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`;
}

/** One strip of a fifth of the mass: under both densities, and the band that the map leads from one to the other. */
function strip(knots, place, k) {
  const [low, high] = [FIFTHS[k], FIFTHS[k + 1]];
  const x = span(inverse(knots, low), inverse(knots, high), 40);
  const z = span(low, high, 20);
  const base = place.toLow(0);
  const below = [[place.toX(x[0]), base], ...x.map((v) => [place.toX(v), place.toLow(Math.exp(logProb(knots, v)))]), [place.toX(x[40]), base]];
  const beside = [[place.side - 8, place.toZ(low)], ...z.map((v) => [place.toSide(Math.exp(logNormal(v))), place.toZ(v)]), [place.side - 8, place.toZ(high)]];
  const curve = x.map((v) => [place.toX(v), place.toZ(forward(knots, v).value)]);
  const down = [...curve, [place.toX(x[40]), place.toZ(-REACH)], [place.toX(x[0]), place.toZ(-REACH)]];
  const left = [...curve, [place.side, place.toZ(high)], [place.side, place.toZ(low)]];
  const name = k % 2 ? "is-odd" : "is-even";
  return [
    svg("path", { d: `${line(down)}Z`, class: `live-mass-band ${name}` }),
    svg("path", { d: `${line(left)}Z`, class: `live-mass-band ${name}` }),
    svg("path", { d: `${line(below)}Z`, class: `live-mass-strip ${name}` }),
    svg("path", { d: `${line(beside)}Z`, class: `live-mass-strip ${name}` }),
  ];
}

function axes(place) {
  const ticks = [-2, 0, 2].flatMap((v) => [
    svg("text", { x: place.toX(v), y: place.height - 14, class: "live-axis" }, String(v).replace("-", "\u2212")),
    svg("text", { x: place.side + 10, y: place.toZ(v), class: "live-axis" }, String(v).replace("-", "\u2212")),
  ]);
  const [right, low] = [place.toX(REACH), place.toZ(-REACH)];
  return svg("g", { "aria-hidden": "true" },
    svg("rect", { x: place.side, y: 6, width: place.size, height: place.size, class: "live-mass-frame" }),
    svg("line", { x1: place.side, x2: right, y1: place.toLow(0), y2: place.toLow(0), class: "live-mass-axis" }),
    svg("text", { x: right - 8, y: low - 10, class: "live-axis" }, "x"),
    svg("text", { x: place.side + 10, y: 16, class: "live-axis" }, "z"),
    svg("text", { x: place.side + 4, y: place.size + 20, class: "live-axis live-mass-name" }, "density of x"),
    svg("text", { x: 2, y: 14, class: "live-axis live-mass-name" }, "density of z"), ...ticks);
}

/** Everything under the handles. */
export function drawMap(knots, place) {
  const x = span(-REACH, REACH, STEPS);
  const map = x.map((v) => [place.toX(v), place.toZ(forward(knots, v).value)]);
  const density = x.map((v) => [place.toX(v), place.toLow(Math.exp(logProb(knots, v)))]);
  return [
    axes(place),
    ...[0, 1, 2, 3, 4].flatMap((k) => strip(knots, place, k)),
    svg("path", { d: line(density), class: "live-mass-curve" }),
    svg("path", { d: line(map), class: "live-mass-map" }),
  ];
}
