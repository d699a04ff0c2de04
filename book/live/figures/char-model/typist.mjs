/** What the model has read, and what that text costs; typing on does not read the beginning again. */

import { begin, encode, feed } from "../../shared/lstm.mjs";
import { categorical } from "../../shared/outputs.mjs";

/** A reader of one text that changes: `read(text)` returns the state after it and its bits. */
export function reader(model) {
  const output = categorical(model.levels);
  const steps = [{ ...begin(model), bits: 0 }];
  let tokens = [];
  return (text) => {
    const next = encode(text);
    let same = 0;
    while (same < next.length && next[same] === tokens[same]) same += 1;
    steps.length = same + 1;
    for (const token of next.slice(same)) {
      const before = steps.at(-1);
      const bits = before.bits - output.logProbs(before.logits)[token] / Math.LN2;
      steps.push({ ...feed(model, before, token), bits });
    }
    tokens = next;
    return steps.at(-1);
  };
}

/** Probabilities of the next token at a temperature. */
export function nextProbabilities(model, state, temperature) {
  const output = categorical(model.levels);
  return output.logProbs(output.tempered(state.logits, temperature)).map(Math.exp);
}

/** The token that the uniform number `u` draws at a temperature. */
export function drawNext(model, state, temperature, u) {
  const output = categorical(model.levels);
  return output.fromUniform(output.tempered(state.logits, temperature), u);
}

/** The `count` most probable tokens as [token, p], and the probability of all others. */
export function ranking(p, count) {
  const order = Array.from(p, (_, token) => token).sort((a, b) => p[b] - p[a] || a - b);
  const top = order.slice(0, count).map((token) => [token, p[token]]);
  return { top, rest: order.slice(count).reduce((sum, token) => sum + p[token], 0) };
}
