/** The sampler computes what genbook computes, for the weights that the book ships and for other outputs. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { advance, finished, nextDistribution, noise, startChains } from "../../book/live/figures/made-sampler/chains.mjs";
import { begin, feed, fork, logProb, readMade } from "../../book/live/shared/made.mjs";
import { close, fixture } from "./fixture.mjs";

const path = new URL("../../book/live/models/made-digits.safetensors", import.meta.url);
const small = fixture("made-small");
const models = {
  digits: { model: readMade(readFileSync(path)), expected: fixture("made-digits") },
  bernoulli: { model: readMade(Buffer.from(small.bernoulli.file, "base64")), expected: small.bernoulli },
  categorical: { model: readMade(Buffer.from(small.categorical.file, "base64")), expected: small.categorical },
};

function complete(model, image, given, u, temperature) {
  const chains = startChains(model, image, given, u);
  for (const chain of chains) while (!finished(model, chain)) advance(model, chain, temperature);
  return chains;
}

for (const [name, { model, expected }] of Object.entries(models)) {
  test(`${name}: parameters of every conditional`, () => {
    const state = begin(model);
    for (const variable of model.order) {
      close(state.params, expected.params[variable], 1e-6, `variable ${variable}`);
      feed(model, state, expected.x[0][variable]);
    }
    assert.equal(state.params, null);
  });

  test(`${name}: log-probability of every level, also tempered`, () => {
    for (const [temperature, rows] of Object.entries(expected.levels)) {
      expected.params.forEach((params, i) => {
        const row = model.output.tempered(Float64Array.from(params), Number(temperature));
        close(model.output.logProbs(row), rows[i], 1e-6, `T = ${temperature}, variable ${i}`);
      });
    }
  });

  test(`${name}: levels sum to one`, () => {
    for (const params of expected.params) {
      const total = model.output.logProbs(Float64Array.from(params)).reduce((sum, value) => sum + Math.exp(value), 0);
      assert.ok(Math.abs(total - 1) < 1e-12);
    }
  });

  test(`${name}: log-likelihood of images`, () => {
    close(expected.x.map((x) => logProb(model, x)), expected.log_prob);
  });

  test(`${name}: the same samples from the same uniform numbers`, () => {
    const blank = new Float64Array(model.dim);
    for (const [temperature, samples] of Object.entries(expected.samples)) {
      const chains = complete(model, blank, 0, expected.u, Number(temperature));
      assert.deepEqual(chains.map(({ values }) => Array.from(values)), samples, `T = ${temperature}`);
    }
  });

  test(`${name}: the same completions, and their log-probability counts the given part`, () => {
    const chains = complete(model, expected.x[0], Math.floor(model.dim / 3), expected.u, 1);
    assert.deepEqual(chains.map(({ values }) => Array.from(values)), expected.completions);
    for (const chain of chains) close([chain.logProb], [logProb(model, chain.values)], 1e-12);
  });

  test(`${name}: every hidden unit is computed once`, () => {
    const state = begin(model);
    let computed = 0;
    for (const variable of model.order) computed += feed(model, state, expected.x[0][variable]);
    assert.equal(computed, model.layers.reduce((sum, layer) => sum + layer.bias.length, 0));
  });
}

test("a fork does not touch its origin", () => {
  const { model, expected } = models.digits;
  const state = begin(model);
  const before = Array.from(state.params);
  feed(model, fork(state), expected.x[0][0]);
  assert.deepEqual([state.t, Array.from(state.params), state.units[0][0]], [0, before, 0]);
});

test("the bars: sharper below temperature 1, the model's own at 1; a value by hand is kept", () => {
  const { model, expected } = models.digits;
  const [chain] = startChains(model, expected.x[0], 30, noise(1, model.dim, 4));
  const cold = nextDistribution(model, chain, 0.1);
  const entropy = (p) => p.reduce((sum, value) => sum - (value > 0 ? value * Math.log(value) : 0), 0);
  assert.ok(entropy(cold.drawn) < entropy(cold.model));
  assert.deepEqual(nextDistribution(model, chain, 1).drawn, cold.model);
  const before = chain.logProb;
  assert.equal(advance(model, chain, 1, 7), 7);
  assert.equal(chain.values[30], 7);
  close([chain.logProb - before], [Math.log(cold.model[7])], 1e-12);
});

test("ten example images are whole levels", () => {
  const { examples } = models.digits.model;
  assert.equal(examples.length, 10);
  for (const image of examples) assert.ok(image.every((value) => Number.isInteger(value) && value >= 0 && value <= 16));
});
