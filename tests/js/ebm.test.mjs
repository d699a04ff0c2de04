/** The energy-based figures compute what genbook and autograd compute. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { CELLS, nearest, place, push, shares, view } from "../../book/live/figures/push-down/energy.mjs";
import { outcome, report as pushReport, verdict as pushVerdict } from "../../book/live/figures/push-down/words.mjs";
import { advance, average, believed, restart, settled, startChain } from "../../book/live/figures/rbm-gibbs/chain.mjs";
import { outcome as settledOutcome, report, verdict } from "../../book/live/figures/rbm-gibbs/words.mjs";
import { uniforms } from "../../book/live/shared/random.mjs";
import { freeEnergy, gibbsStep, hiddenField, logZ, readRbm, sigmoid, visibleField } from "../../book/live/shared/rbm.mjs";
import { close, fixture } from "./fixture.mjs";

const rbm = readRbm(readFileSync(new URL("../../book/live/models/rbm-digits.safetensors", import.meta.url)));
const expected = fixture("rbm-gibbs");

test("fields and free energies of the shipped RBM", () => {
  expected.x.forEach((x, k) => {
    const field = hiddenField(rbm, x);
    close(field, expected.hidden_field[k], 1e-6);
    close(visibleField(rbm, field.map(sigmoid)), expected.visible_field[k], 1e-6);
    close([freeEnergy(rbm, x)], [expected.free_energy[k]], 1e-6);
  });
});

test("log Z is the sum over all hidden states", () => {
  close([logZ(rbm)], [expected.log_z], 1e-9);
});

test("the same chain from the same uniform numbers", () => {
  expected.x.forEach((start, k) => {
    let x = Float64Array.from(start);
    expected.u.forEach(([uHidden, uVisible], step) => {
      const next = gibbsStep(rbm, x, new Set(), uHidden[k], uVisible[k]);
      assert.deepEqual(Array.from(next.h), expected.chain[step].h[k]);
      assert.deepEqual(Array.from(next.x), expected.chain[step].x[k]);
      x = next.x;
    });
  });
});

test("held pixels stay, others are counted", () => {
  const draw = uniforms(3);
  const chain = startChain(rbm, draw);
  for (const i of [0, 9, 63]) chain.held.add(i);
  chain.x[9] = 1;
  const before = [0, 9, 63].map((i) => chain.x[i]);
  for (let step = 0; step < 20; step += 1) advance(rbm, chain, draw);
  assert.deepEqual([0, 9, 63].map((i) => chain.x[i]), before);
  assert.equal(chain.steps, 20);
  assert.equal(average(chain)[9], 1);
  const { sure, unsure } = settled(chain);
  assert.equal(sure + unsure, 61);
  assert.ok(believed(rbm, chain).every((p) => p > 0 && p < 1));
  restart(rbm, chain, draw);
  assert.deepEqual([chain.steps, [0, 9, 63].map((i) => chain.x[i])], [0, before]);
});

test("ten examples are images of bits", () => {
  assert.equal(rbm.examples.length, 10);
  for (const image of rbm.examples) assert.ok(image.length === 64 && image.every((value) => value === 0 || value === 1));
});

for (const [name, run] of Object.entries(fixture("push-down"))) {
  test(`pushes, run ${name}: energies, log Z, mass and likelihood as by autograd`, () => {
    let theta = new Float64Array(CELLS);
    for (let step = 0; step < run.steps; step += 1) theta = push(theta, run.data, run.size, run.negative);
    const now = view(theta, run.data);
    close(now.energy, run.energy, 1e-6);
    close(now.p, run.p, 1e-6);
    close([now.logZ, now.logLikelihood], [run.log_z, run.log_likelihood], 1e-6);
  });
}

test("with the negative phase the likelihood never falls; without it Z never does", () => {
  const data = [13, 22, 45];
  for (const negative of [true, false]) {
    let theta = new Float64Array(CELLS);
    let before = view(theta, data);
    for (let step = 0; step < 100; step += 1) {
      theta = push(theta, data, 0.5, negative);
      const now = view(theta, data);
      assert.ok(negative ? now.logLikelihood >= before.logLikelihood - 1e-12 : now.logZ > before.logZ);
      before = now;
    }
    assert.equal(outcome(before.p, shares(before.p, data)), negative ? "all" : "one");
  }
});

test("cells, places, words", () => {
  assert.deepEqual([nearest(-9), nearest(0), nearest(9)], [0, 30, 60]);
  close([place(0), place(45)], [-3, 1.5], 1e-12);
  assert.equal(outcome(new Float64Array(CELLS).fill(1 / CELLS), [0.1, 0.1, 0.1]), "even");
  assert.equal(pushVerdict("one", "one")[0], "Right. ");
  assert.match(pushVerdict("all", "one").join(""), /^Not so\. .*one place/);
  assert.match(pushReport({ logZ: 20, meanEnergy: -3, logLikelihood: -2 }, 4), /Z = e\^20\.0 .*= −3\.00/);
  assert.equal(settledOutcome({ sure: 30, unsure: 2 }), "sure");
  assert.equal(settledOutcome({ sure: 3, unsure: 29 }), "unsure");
  assert.match(verdict(null, { sure: 16, unsure: 16 }).join(""), /no prediction.*16 of 32/);
  assert.match(report({ steps: 3, held: 0, on: 4, free: -20, logZ: 10 }), /log p\(x\) = −F\(x\) − log Z = 10\.00/);
});
