/** The codebook computes what genbook computes, its cells agree with its choices, and its words fit. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { huddle, ring } from "../../book/live/figures/codebook.mjs";
import { scale } from "../../book/live/figures/codebook/plot.mjs";
import { begin, cells, moved, nearest, service, update } from "../../book/live/figures/codebook/quantiser.mjs";
import { described, report, share, verdict } from "../../book/live/figures/codebook/words.mjs";
import { uniforms } from "../../book/live/shared/random.mjs";
import { close, fixture } from "./fixture.mjs";

for (const [name, { decay, below, points, codes, picks, states }] of Object.entries(fixture("codebook"))) {
  test(`case ${name}: every step, with decay ${decay} and revival below ${below}`, () => {
    let state = begin(codes);
    states.forEach((expected, i) => {
      state = update(state, points, { decay, below, picks: picks[i] });
      close(state.codes.flat(), expected.codes.flat(), 1e-6, `codes after step ${i + 1}`);
      close(state.counts, expected.counts, 1e-6, `counts after step ${i + 1}`);
      const { choices, perplexity, error } = service(points, state.codes);
      assert.deepEqual(choices, expected.choices);
      close([perplexity, error], [expected.perplexity, expected.error], 1e-6);
    });
  });
}

function contains(polygon, [x, y]) {
  const turns = polygon.map(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length];
    return (bx - ax) * (y - ay) - (by - ay) * (x - ax);
  });
  return turns.every((turn) => turn >= -1e-9) || turns.every((turn) => turn <= 1e-9);
}

test("a point lies in the cell of its nearest code, and the cells fill the square", () => {
  const draw = uniforms(3);
  const codes = Array.from({ length: 8 }, () => [6 * draw() - 3, 6 * draw() - 3]);
  const polygons = cells(codes, 3);
  const points = Array.from({ length: 300 }, () => [6 * draw() - 3, 6 * draw() - 3]);
  nearest(points, codes).forEach((k, i) => assert.ok(contains(polygons[k], points[i])));
  const area = (polygon) =>
    Math.abs(polygon.reduce((sum, [x, y], i) => sum + x * polygon[(i + 1) % polygon.length][1] - y * polygon[(i + 1) % polygon.length][0], 0)) / 2;
  close([polygons.reduce((sum, polygon) => sum + area(polygon), 0)], [36], 1e-9);
});

test("codes that coincide share a cell, which the first of them gets", () => {
  const polygons = cells([[0, 0], [0, 0], [1, 0]], 3);
  assert.deepEqual(polygons.map((polygon) => polygon.length > 0), [true, false, true]);
});

test("without revival half of the codes in the corner stay dead, with it all eight live", () => {
  const points = ring(1);
  const draw = uniforms(5);
  const after = (below) => {
    let state = begin(huddle());
    for (let i = 0; i < 40; i += 1) {
      const picks = state.codes.map(() => Math.floor(draw() * points.length));
      state = update(state, points, { decay: 0.8, below, picks });
    }
    return service(points, state.codes);
  };
  const [asleep, awake] = [after(0), after(0.1)];
  assert.equal(asleep.used, 4);
  assert.equal(awake.used, 8);
  assert.ok(awake.error < asleep.error);
});

test("the ring is made of eight blobs of thirty points", () => {
  const points = ring(1);
  assert.equal(points.length, 240);
  const error = points.reduce((sum, [x, y], i) => {
    const angle = (2 * Math.PI * (i % 8)) / 8;
    return sum + (x - 2 * Math.cos(angle)) ** 2 + (y - 2 * Math.sin(angle)) ** 2;
  }, 0);
  assert.ok(Math.abs(error / 240 - 2 * 0.17 ** 2) < 0.01);
});

test("a code that is moved begins anew, the others go on", () => {
  const state = { codes: [[0, 0], [1, 1]], counts: [3, 4], sums: [[0, 0], [4, 4]] };
  const next = moved(state, 0, [2, 2]);
  assert.deepEqual(next, { codes: [[2, 2], [1, 1]], counts: [1, 4], sums: [[2, 2], [4, 4]] });
});

test("pixels and back; words", () => {
  const { toPixel, toPlane } = scale(300);
  close(toPlane(toPixel([1.5, -2.25])), [1.5, -2.25], 1e-12);
  assert.deepEqual([1, 3, 4, 6, 7, 8].map(share), ["few", "few", "some", "some", "all", "all"]);
  assert.equal(verdict("few", { used: 2, perplexity: 1.9 }, false)[0], "Right. ");
  assert.match(verdict("all", { used: 2, perplexity: 1.9 }, false).join(""), /^Not so\. 2 of the eight codes .* nothing will wake it/);
  assert.match(verdict(null, { used: 2, perplexity: 1.9 }, false).join(""), /no prediction/);
  assert.match(verdict("all", { used: 8, perplexity: 7.9 }, true).join(""), /^With revival 8 of the eight/);
  assert.match(report({ used: 2, perplexity: 1.9, error: 4 }, 1), /^After 1 step: 2 of 8 codes in use/);
  assert.match(described(2, [-1, 0.5], 0), /^Code 3 at −1\.0, 0\.5, dead/);
});
