/** The state of the chain that the reader runs: pixels, hidden units, what is held, and how often each pixel was ink. */

import { gibbsStep, hiddenField, sigmoid } from "../../shared/rbm.mjs";

/** A chain at noise from `draw`, with nothing held. */
export function startChain(rbm, draw) {
  const x = Float64Array.from({ length: rbm.visible }, () => Number(draw() < 0.5));
  return { x, h: new Float64Array(rbm.hidden), held: new Set(), steps: 0, ink: new Float64Array(rbm.visible) };
}

/** Start the counts anew, at new noise in all pixels that are not held. */
export function restart(rbm, chain, draw) {
  chain.x = chain.x.map((value, i) => (chain.held.has(i) ? value : Number(draw() < 0.5)));
  Object.assign(chain, { steps: 0, ink: new Float64Array(rbm.visible), h: new Float64Array(rbm.hidden) });
}

/** One block Gibbs step with fresh uniform numbers. */
export function advance(rbm, chain, draw) {
  const uniforms = (n) => Float64Array.from({ length: n }, draw);
  const { x, h } = gibbsStep(rbm, chain.x, chain.held, uniforms(rbm.hidden), uniforms(rbm.visible));
  chain.steps += 1;
  chain.x = x;
  chain.h = h;
  x.forEach((value, i) => (chain.ink[i] += value));
}

/** The share of steps in which each pixel was ink; the pixels themselves before the first step. */
export function average(chain) {
  return chain.steps === 0 ? chain.x : chain.ink.map((count) => count / chain.steps);
}

/** How many pixels that are not held were ink in less than 10% or more than 90% of the steps, and how many were not. */
export function settled(chain) {
  const shares = average(chain);
  const open = Array.from(shares.keys()).filter((i) => !chain.held.has(i));
  const sure = open.filter((i) => shares[i] < 0.1 || shares[i] > 0.9).length;
  return { sure, unsure: open.length - sure };
}

/** p(h_j = 1 | x) for the pixels as they are. */
export function believed(rbm, chain) {
  return hiddenField(rbm, chain.x).map(sigmoid);
}
