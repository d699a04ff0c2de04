/** Several completions of the same given pixels, drawn side by side; knows nothing of the page. */

import { begin, feed, fork } from "../../shared/made.mjs";
import { uniforms } from "../../shared/random.mjs";

/** The tables of uniform numbers of `count` chains: chain c, place t. */
export function noise(count, dim, seed) {
  const draw = uniforms(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: dim }, draw));
}

/** Chains that share the first `given` values of `image` (places of the model's order) and have drawn none yet. */
export function startChains(model, image, given, u) {
  const state = begin(model);
  let logProb = 0;
  for (const variable of model.order.slice(0, given)) {
    logProb += model.output.logProbs(state.params)[image[variable]];
    feed(model, state, image[variable]);
  }
  return u.map((numbers) => {
    const values = new Float64Array(model.dim).fill(NaN);
    for (const variable of model.order.slice(0, given)) values[variable] = image[variable];
    return { state: fork(state), values, u: numbers, given, givenLogProb: logProb, logProb, computed: 0 };
  });
}

/** The distribution that the next value of a chain is drawn from, and the model's own (temperature 1), over levels. */
export function nextDistribution(model, chain, temperature) {
  const { params } = chain.state;
  const probabilities = (row) => model.output.logProbs(row).map(Math.exp);
  const drawn = temperature === 1 ? params : model.output.tempered(params, temperature);
  return { drawn: probabilities(drawn), model: probabilities(params) };
}

/** Draw (or, with `value`, set by hand) the next value of one chain. */
export function advance(model, chain, temperature, value = null) {
  const { params, t } = chain.state;
  const drawn = temperature === 1 ? params : model.output.tempered(params, temperature);
  const next = value ?? model.output.fromUniform(drawn, chain.u[t]);
  chain.logProb += model.output.logProbs(params)[next];
  chain.values[model.order[t]] = next;
  chain.computed = feed(model, chain.state, next);
  return next;
}

/** Has a chain drawn its last value? */
export function finished(model, chain) {
  return chain.state.t === model.dim;
}
