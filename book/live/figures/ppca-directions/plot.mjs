/** The drawings: the spectrum with the line of the noise, and small images with ink or with signs. */

import { svg } from "../../shared/dom.mjs";

export const RANGE = [0.1, 200]; // of variances on the axis, and of the noise
const HEIGHT = 250;
const TICKS = [0.1, 1, 10, 100];

/** From a variance to a height in pixels: half its logarithm, so that the drawing measures nats. */
export function heightOf(variance, low = RANGE[0], high = RANGE[1], room = HEIGHT - 34) {
  return (Math.log(variance / low) / Math.log(high / low)) * room;
}

function bar({ value, on }, x, width, variance) {
  const base = HEIGHT - 22;
  const [full, noise] = [heightOf(value), Math.min(heightOf(value), heightOf(variance))];
  const parts = [
    svg("rect", { x, y: 12, width, height: base - 12, class: "live-slot" }),
    svg("rect", { x, y: base - noise, width, height: Math.max(0, noise), class: "live-ppca-noise" }),
  ];
  if (on) parts.push(svg("rect", { x, y: base - full, width, height: full - noise, class: "live-fill" }));
  return parts;
}

/** The bars of the spectrum; each is a mark that can be pressed. Returns the drawing and its marks, left to right. */
export function drawSpectrum(bars, variance, chosen, width, speak) {
  const left = 30;
  const step = (width - left - 6) / bars.length;
  const base = HEIGHT - 22;
  const marks = bars.map((entry, k) => {
    const role = { role: "button", "aria-label": speak(k), "aria-pressed": String(k === chosen) };
    const on = k === chosen ? " is-chosen" : "";
    const room = Math.max(2, step - (step > 8 ? 3 : 1));
    return svg("g", { class: `live-press live-ppca-bar${on}`, ...role }, ...bar(entry, left + k * step, room, variance));
  });
  const y = base - heightOf(variance);
  const axis = TICKS.map((tick) => svg("text", { x: left - 16, y: base - heightOf(tick), class: "live-axis" }, String(tick)));
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "group", "aria-label": "Variance of the data in each direction" },
    svg("g", { "aria-hidden": "true" }, ...axis),
    ...marks,
    svg("line", { x1: left - 4, x2: width - 2, y1: y, y2: y, class: "live-ppca-line" }),
    svg("text", { x: left + (width - left) / 2, y: HEIGHT - 8, class: "live-axis" }, "directions, strongest first"));
  return { drawing, marks };
}

/** An image of side x side values as squares; `shade(value)` gives a class, an opacity and a size, each from 0 to 1. */
export function drawImage(values, label, shade) {
  const side = Math.sqrt(values.length);
  const squares = Array.from(values, (value, i) => {
    const [name, opacity, size] = shade(value);
    const inset = (1 - size) / 2;
    const place = { x: (i % side) + inset, y: Math.floor(i / side) + inset, width: size, height: size };
    return svg("rect", { ...place, class: name, "fill-opacity": opacity.toFixed(3) });
  });
  const frame = svg("rect", { x: 0, y: 0, width: side, height: side, class: "live-ppca-frame" });
  return svg("svg", { viewBox: `-0.1 -0.1 ${side + 0.2} ${side + 0.2}`, role: "img", "aria-label": label, class: "live-ppca-image" }, frame, ...squares);
}

const unit = (value) => Math.min(1, Math.max(0, value));

/** Grey levels 0 to 16 as ink. */
export const ink = (value) => ["live-ink", unit(value / 16), 1];

/** A signed value on the scale of `top`: two colours, and smaller squares for the negative ones. */
export const signed = (top) => (value) => {
  const strength = unit(Math.abs(value) / top);
  return value < 0 ? ["live-ppca-minus", strength, 0.6] : ["live-ppca-plus", strength, 1];
};
