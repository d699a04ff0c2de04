/** The coupling flow of the figure computes what genbook computes, both ways, and what it draws and says follows from it. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { REACH } from "../../book/live/figures/coupling-layers/draw.mjs";
import { between, forward, gridLines, inverse, nearest, path, readFlow } from "../../book/live/figures/coupling-layers/flow.mjs";
import { outcome, question, report, verdict } from "../../book/live/figures/coupling-layers/words.mjs";
import { close, fixture } from "./fixture.mjs";

const cases = fixture("coupling-layers");
const text = readFileSync(new URL("../../book/live/models/coupling-layers.json", import.meta.url), "utf-8");
const flows = { shipped: readFlow(text), small: readFlow(Buffer.from(cases.small.file, "base64").toString()) };

for (const [name, flow] of Object.entries(flows)) {
  for (const way of ["forward", "backward"]) {
    test(`${name}, ${way}: points after every layer, and log-determinants`, () => {
      const { points, log_dets } = cases[name][way];
      points.forEach((stages, i) => {
        const found = path(flow, stages[0], way === "backward");
        close(found.flatMap(({ point }) => point), stages.flat(), 1e-6, `point ${i}`);
        close(found.map(({ logDet }) => logDet), log_dets[i], 1e-6, `log-determinant ${i}`);
      });
    });
  }
}

test("the inverse undoes a layer", () => {
  for (const layer of flows.shipped.layers) {
    const there = forward(layer, [0.3, -0.7]);
    const back = inverse(layer, there.point);
    close(back.point, [0.3, -0.7], 1e-9);
    close([back.logDet], [-there.logDet], 1e-9);
  }
});

test("layers keep the two coordinates in turn", () => {
  const kept = flows.shipped.layers.map(({ still }) => still);
  kept.slice(1).forEach((still, k) => assert.equal(still, 1 - kept[k]));
});

test("the noise of the data is near a standard normal", () => {
  const { points } = flows.shipped;
  const ends = points.map((point) => path(flows.shipped, point).at(-1).point);
  for (const d of [0, 1]) {
    const mean = ends.reduce((sum, z) => sum + z[d], 0) / ends.length;
    const square = ends.reduce((sum, z) => sum + (z[d] - mean) ** 2, 0) / ends.length;
    assert.ok(Math.abs(mean) < 0.2 && Math.abs(square - 1) < 0.35, `${mean} ${square}`);
    assert.ok(ends.filter((z) => Math.abs(z[d]) < REACH).length > 0.99 * ends.length);
  }
});

test("between two stages lies a straight line", () => {
  const stages = [[0, 0], [2, 0], [2, 4]].map((point) => ({ point }));
  assert.deepEqual([0, 0.5, 1, 1.75, 2].map((time) => between(stages, time)), [[0, 0], [1, 0], [2, 0], [2, 3], [2, 4]]);
});

test("a grid has lines both ways", () => {
  const lines = gridLines(2, 3, 5);
  assert.equal(lines.length, 6);
  assert.deepEqual(lines[0][0], [-2, -2]);
  assert.deepEqual(lines.at(-1).at(-1), [2, 2]);
});

test("the nearest point, and none that is too far", () => {
  const others = [[0, 0.2], [3, 0.2]];
  assert.deepEqual([[0, 0], [2.9, 0], [9, 9]].map((place) => nearest(place, others, 0.5)), [0, 1, -1]);
});

test("every data point has a neighbour, so that a stray draw is unlike them", () => {
  const { points } = flows.shipped;
  points.forEach((point, i) => assert.notEqual(nearest(point, points.filter((_, j) => j !== i), 0.15), -1));
});

test("words", () => {
  assert.match(question(false, 400), /ever meet/);
  assert.match(question(true, 400), /400 draws/);
  assert.deepEqual([0, 0.01, 0.5].map(outcome), ["none", "some", "many"]);
  assert.equal(verdict(false, "apart", 0)[0], "Right. ");
  assert.equal(verdict(true, "none", 0.05)[0], "Not so. ");
  assert.match(verdict(true, null, 0.05)[1], /5\.0 %.*no prediction/);
  const { layers } = flows.shipped;
  assert.match(report({ backward: false, time: 0, layers, logDet: 0 }), /data/);
  assert.match(report({ backward: false, time: 1, layers, logDet: -1 }), /Layer 1 keeps.*−1\.00 nats/);
  assert.match(report({ backward: true, time: 1, layers, logDet: 0.5 }), /Layer 8, undone/);
});

test("a broken file is refused", () => {
  assert.throws(() => readFlow("{}"), /incomplete/);
  assert.throws(() => readFlow(JSON.stringify({ ...JSON.parse(text), groups: [] })), /incomplete/);
});
