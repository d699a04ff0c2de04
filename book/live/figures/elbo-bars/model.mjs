/**
 * One latent variable, one observation, one Gaussian q: evidence, bound and divergence by the midpoint rule.
 *
 * z ~ N(0, 1) and x | z ~ N(f(z), NOISE^2) with f(z) = (1 - bend) z + bend z^2. `genbook.vae.exact` computes the same.
 */

import { GRID, SEEK, descend, logNormal } from "../kl-tug-of-war/divergence.mjs";

export const NOISE = 0.5;
export const BOUNDS = { mean: [-3, 3], scale: [0.1, 2] };
const PRIOR = { mean: 0, scale: 1 };

/** The mean of x at z. */
export function decode(z, bend) {
  return (1 - bend) * z + bend * z * z;
}

/** Everything about the world that does not depend on q, on the grid. */
export function world({ x, bend }, { low, high, n } = GRID) {
  const cell = (high - low) / n;
  const z = Float64Array.from({ length: n }, (_, i) => low + (i + 0.5) * cell);
  const logLikelihood = z.map((point) => logNormal(x, { mean: decode(point, bend), scale: NOISE }));
  const logPrior = z.map((point) => logNormal(point, PRIOR));
  const logJoint = z.map((_, i) => logLikelihood[i] + logPrior[i]);
  const top = logJoint.reduce((most, value) => Math.max(most, value), -Infinity);
  const evidence = top + Math.log(logJoint.reduce((sum, value) => sum + Math.exp(value - top), 0) * cell);
  const logP = logJoint.map((value) => value - evidence);
  return { x: z, logP, p: logP.map(Math.exp), prior: logPrior.map(Math.exp), logLikelihood, logJoint, evidence, cell };
}

/** E_q[log p(x | z)], KL(q || prior), the bound from the joint density, and KL(q || posterior), all in nats. */
export function terms(target, q) {
  let [reconstruction, elbo] = [0, 0];
  for (let i = 0; i < target.x.length; i += 1) {
    const logQ = logNormal(target.x[i], q);
    const mass = Math.exp(logQ) * target.cell;
    reconstruction += mass * target.logLikelihood[i];
    elbo += mass * (target.logJoint[i] - logQ);
  }
  const latent = 0.5 * (q.mean ** 2 + q.scale ** 2 - 1) - Math.log(q.scale);
  return { reconstruction, latent, elbo, gap: SEEK.value(target, q) };
}

/** All steps from q to the nearest q of the largest bound. */
export function climb(target, q) {
  const path = [];
  for (let now = q; now !== null && path.length < 500; now = descend(SEEK, target, now, BOUNDS)) path.push(now);
  return path.slice(1);
}
