/** The rate-distortion figure: a whole file, a falling curve, and lines and words that follow from its numbers. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { place } from "../../book/live/figures/rate-distortion.mjs";
import { nearestPoint, scales, stepOf, tangent } from "../../book/live/figures/rate-distortion/curve.mjs";
import { readCurve } from "../../book/live/figures/rate-distortion/data.mjs";
import { grey } from "../../book/live/figures/rate-distortion/images.mjs";
import { describe, isClose } from "../../book/live/figures/rate-distortion/words.mjs";

const text = readFileSync(new URL("../../book/live/models/rate-distortion.json", import.meta.url), "utf-8");
const { points, originals } = readCurve(text);

test("more weight on the rate buys less rate and more distortion", () => {
  assert.ok(points.length >= 7 && originals.length >= 6);
  for (let k = 1; k < points.length; k += 1) {
    assert.ok(points[k].beta > points[k - 1].beta);
    assert.ok(points[k].rate < points[k - 1].rate + 0.05 && points[k].distortion > points[k - 1].distortion - 0.3);
  }
});

test("a file that lacks images is refused", () => {
  const broken = JSON.parse(text);
  broken.points[0].samples[0].pop();
  assert.throws(() => readCurve(JSON.stringify(broken)), /incomplete/);
});

test("a pixel leads back to its point", () => {
  const { x } = scales(500, points);
  points.forEach((point, k) => assert.equal(points[nearestPoint(x(point.rate), 500, points)].rate, points[k].rate));
});

test("the tangent has slope minus beta and stays in the frame", () => {
  const frame = scales(500, points);
  for (const point of points) {
    const [[r0, d0], [r1, d1]] = tangent(point, frame);
    assert.ok(Math.abs(d1 - d0 + point.beta * (r1 - r0)) < 1e-9);
    assert.ok(r0 >= 0 && r1 <= frame.right + 1e-9 && Math.max(d0, d1) <= frame.high + 1e-9 && Math.min(d0, d1) >= frame.low - 1e-9);
  }
});

test("steps are round and few", () => {
  for (const span of [0.3, 7, 42, 99]) {
    const step = stepOf(span, 6);
    assert.ok(span / step <= 6 && [1, 2, 5].includes(Math.round(step / 10 ** Math.floor(Math.log10(step) + 1e-9))));
  }
});

test("beta is found on a logarithmic scale, ink is dark, words add up", () => {
  assert.equal(points[place(points, 1)].beta, 1);
  assert.deepEqual([grey(0), grey(16), grey(20), grey(8)], [255, 0, 0, 128]);
  assert.match(describe({ beta: 1, rate: 12.34, distortion: 76.5, active: 14.7 }), /rate 12\.3 nats, distortion 76\.5, together <= 88\.8 nats an image; 15 of 16/);
  assert.ok(isClose(5, 6.9) && !isClose(5, 7.1));
});
