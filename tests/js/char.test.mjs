/** The character model in the browser is that of genbook: logits, likelihoods and completions. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { drawNext, nextProbabilities, ranking, reader } from "../../book/live/figures/char-model/typist.mjs";
import { ALPHABET, begin, encode, readCharModel } from "../../book/live/shared/lstm.mjs";
import { close, fixture } from "./fixture.mjs";

const model = readCharModel(readFileSync(new URL("../../book/live/models/text-char-rnn.safetensors", import.meta.url)));
const { alphabet, u, cases } = fixture("char-model");

test("the alphabet is genbook's; what is outside becomes a question mark", () => {
  assert.equal(ALPHABET, alphabet);
  assert.deepEqual(encode("a\t\u20ac"), [encode("a")[0], encode("?")[0], encode("?")[0]]);
});

for (const { text, first, next, log_prob: logProb, completions } of cases) {
  test(`logits and likelihood of ${JSON.stringify(text)}`, () => {
    const state = reader(model)(text);
    close(begin(model).logits, first, 1e-6);
    close(state.logits, next, 1e-6);
    close([-state.bits * Math.LN2], [logProb], 1e-6);
  });

  test(`completions of ${JSON.stringify(text)} from the same uniform numbers`, () => {
    for (const [temperature, written] of Object.entries(completions)) {
      const read = reader(model);
      let whole = text;
      for (const value of u) whole += ALPHABET[drawNext(model, read(whole), Number(temperature), value)];
      assert.equal(whole.slice(text.length), written, `T = ${temperature}`);
    }
  });
}

test("a reader that goes back and on again equals one that begins anew", () => {
  const read = reader(model);
  read("def f(x):\n    return y");
  const state = read("def f(x):\n    yield");
  const fresh = reader(model)("def f(x):\n    yield");
  assert.equal(state.bits, fresh.bits);
  assert.deepEqual(state.logits, fresh.logits);
});

test("the bars: probabilities sum to one, sorted, sharper when cold", () => {
  const state = reader(model)("for i in ran");
  const p = nextProbabilities(model, state, 1);
  const { top, rest } = ranking(p, 8);
  const sum = top.reduce((total, [, value]) => total + value, rest);
  assert.ok(Math.abs(sum - 1) < 1e-12);
  assert.equal(ALPHABET[top[0][0]], "g");
  assert.ok(nextProbabilities(model, state, 0.5)[top[0][0]] > top[0][1]);
});
