/** The drawings of the bound: prior, posterior and q over z; and the bars whose sum never moves. */

import { svg } from "../../shared/dom.mjs";
import { ROWS } from "../../shared/stage.mjs";
import { logNormal } from "../kl-tug-of-war/divergence.mjs";

export const VIEW = { low: -3.5, high: 3.5 };
const LOWEST = -8; // nats at the left end of the bars

function path(z, values, toPixel, toHeight, closed) {
  const points = [];
  z.forEach((point, i) => {
    if (point > VIEW.low && point < VIEW.high) points.push(`${toPixel(point).toFixed(1)},${toHeight(values[i]).toFixed(1)}`);
  });
  const line = `M${points.join("L")}`;
  return closed ? `${line}L${toPixel(VIEW.high)},${toHeight(0)}L${toPixel(VIEW.low)},${toHeight(0)}Z` : line;
}

/** What lies under the handles: the posterior filled, the prior dashed, q as a line, and the ruler of its width. */
export function drawDensities(target, q, toPixel) {
  const base = 170;
  const own = target.x.map((z) => Math.exp(logNormal(z, q)));
  const peak = (values) => values.reduce((most, value) => Math.max(most, value), 0);
  const tallest = 1.05 * Math.max(1, peak(target.p), peak(own));
  const toHeight = (density) => base - (density / tallest) * (base - 14);
  const ticks = [-3, -2, -1, 0, 1, 2, 3].map((z) =>
    svg("text", { x: toPixel(z), y: base + 15, class: "live-axis" }, String(z).replace("-", "\u2212")),
  );
  return [
    svg("path", { d: path(target.x, target.p, toPixel, toHeight, true), class: "live-kl-p" }),
    svg("path", { d: path(target.x, target.prior, toPixel, toHeight, false), class: "live-elbo-prior" }),
    svg("path", { d: path(target.x, own, toPixel, toHeight, false), class: "live-kl-q" }),
    svg("path", { d: `M${toPixel(q.mean)},${base}V${ROWS["is-scale"]}H${toPixel(q.mean + q.scale)}`, class: "live-kl-ruler" }),
    svg("g", { "aria-hidden": "true" },
      svg("line", { x1: toPixel(VIEW.low), x2: toPixel(VIEW.high), y1: base, y2: base, class: "live-kl-axis" }), ...ticks),
  ];
}

/** From nats to pixels in the bars; what lies below the lowest value is cut off at the left edge. */
export function natsToPixel(width, margin = 8) {
  return (nats) => margin + ((Math.min(0, Math.max(LOWEST, nats)) - LOWEST) / -LOWEST) * (width - 2 * margin);
}

function bar(toPixel, y, from, to, className) {
  const [left, right] = [toPixel(Math.min(from, to)), toPixel(Math.max(from, to))];
  return svg("rect", { x: left, y, width: Math.max(0, right - left), height: 24, class: className });
}

function label(y, text) {
  return svg("text", { x: 8, y, class: "live-kl-label" }, text);
}

/** Above: the bound and the divergence, which fill up to the evidence. Below: reconstruction, and the price of the code. */
export function drawBars({ evidence, elbo, gap, reconstruction, latent }, width, number) {
  const toPixel = natsToPixel(width);
  const line = toPixel(evidence);
  const ticks = [-8, -6, -4, -2, 0].map((nats) =>
    svg("text", { x: toPixel(nats), y: 196, class: "live-axis" }, String(nats).replace("-", "\u2212")),
  );
  return svg("svg", { viewBox: `0 0 ${width} 220`, width, height: 220, "aria-hidden": "true" },
    label(16, `ELBO ${number(elbo)} + KL ${number(gap)}`),
    label(34, `= log p(x) ${number(evidence)} nats`),
    bar(toPixel, 42, LOWEST, elbo, "live-elbo-bound"),
    bar(toPixel, 42, elbo, evidence, "live-elbo-gap"),
    label(104, `reconstruction ${number(reconstruction)}`),
    label(122, `\u2212 latent term ${number(latent)} = ELBO`),
    bar(toPixel, 130, LOWEST, reconstruction, "live-elbo-reconstruction"),
    bar(toPixel, 130, elbo, reconstruction, "live-elbo-latent"),
    svg("line", { x1: line, x2: line, y1: 38, y2: 178, class: "live-elbo-evidence" }),
    svg("line", { x1: 8, x2: width - 8, y1: 180, y2: 180, class: "live-kl-axis" }),
    ...ticks,
    svg("text", { x: width / 2, y: 214, class: "live-axis" }, "nats"));
}
