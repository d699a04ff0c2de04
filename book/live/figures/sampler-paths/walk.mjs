/**
 * Samplers of a mixture of three Gaussians on the line, whose denoiser is a closed form, and how far their ends are off.
 *
 * A point is x_t = alpha x_0 + sigma eps. Times lie from 1 to END as squares of numbers at equal distances, as on the
 * page; `noise[k]` holds the fresh noise of step k, one number a point.
 */

import { density, level, noised } from "../noised-mixture/mixture.mjs";

export const MIXTURE = [
  { weight: 0.5, mean: -1.8, variance: 0.09 },
  { weight: 0.3, mean: 0.6, variance: 0.04 },
  { weight: 0.2, mean: 2, variance: 0.06 },
];
export const END = 0.003;
const [LOW, HIGH, CELLS] = [-5, 5, 5000];

/** steps + 1 falling times. */
export function times(steps) {
  const last = Math.sqrt(END);
  return Array.from({ length: steps + 1 }, (_, k) => (1 + ((last - 1) * k) / steps) ** 2);
}

/** E[eps | x_t = x]: minus sigma times the score of the noised mixture. */
export function noiseIn(x, sigma, marginal) {
  const logs = marginal.map(({ weight, mean, variance }) => Math.log(weight) - 0.5 * Math.log(variance) - (0.5 * (x - mean) ** 2) / variance);
  const most = Math.max(...logs);
  let [total, pull] = [0, 0];
  marginal.forEach(({ mean, variance }, k) => {
    const share = Math.exp(logs[k] - most);
    total += share;
    pull += (share * (x - mean)) / variance;
  });
  return (sigma * pull) / total;
}

function found(x, now) {
  const eps = noiseIn(x, now.sigma, now.marginal);
  return { eps, clean: (x - now.sigma * eps) / now.alpha };
}

/** eta^2 times the variance of q(x_s | x_t, x_0). */
function fresh(now, then, eta) {
  return (eta * (then.sigma / now.sigma)) ** 2 * (now.sigma ** 2 - ((now.alpha / then.alpha) * then.sigma) ** 2);
}

function ddim(x, now, then, { eta }, noise) {
  const { eps, clean } = found(x, now);
  const v = fresh(now, then, eta);
  return then.alpha * clean + Math.sqrt(Math.max(then.sigma ** 2 - v, 0)) * eps + Math.sqrt(v) * (noise ?? 0);
}

function moved(x, eps, now, then) {
  const gain = then.alpha / now.alpha;
  return gain * x + (then.sigma - gain * now.sigma) * eps;
}

function heun(x, now, then) {
  const { eps } = found(x, now);
  const ahead = found(moved(x, eps, now, then), then).eps;
  return moved(x, 0.5 * (eps + ahead), now, then);
}

function dpm(x, now, then, memory) {
  const { clean } = found(x, now);
  const length = Math.log((then.alpha * now.sigma) / (then.sigma * now.alpha));
  const ahead = memory.clean === undefined ? clean : clean + (length / (2 * memory.length)) * (clean - memory.clean);
  Object.assign(memory, { clean, length });
  return (then.sigma / now.sigma) * x - then.alpha * Math.expm1(-length) * ahead;
}

const STEPS = { ddim, heun, dpm };
export const calls = (sampler, steps) => (sampler === "heun" ? 2 * steps : steps);

/** The path of every start: a list of steps + 1 values each. */
export function walk(sampler, starts, { steps, eta = 0, noise = [] }) {
  const table = times(steps).map((t) => ({ ...level(t), marginal: noised(level(t), MIXTURE) }));
  const step = STEPS[sampler];
  return starts.map((start, i) => {
    const memory = { eta };
    const path = [start];
    for (let k = 0; k < steps; k += 1) path.push(step(path[k], table[k], table[k + 1], memory, noise[k]?.[i]));
    return path;
  });
}

/** The quantiles of a mixture at (i + 1/2) / n: Simpson's rule on a fine grid, then Newton's steps inside a cell. */
export function quantiles(mixture, n) {
  const h = (HIGH - LOW) / CELLS;
  const mass = (x, width) => (width / 6) * (density(mixture, x) + 4 * density(mixture, x + width / 2) + density(mixture, x + width));
  const values = [];
  let below = 0;
  for (let cell = 0; cell < CELLS; cell += 1) {
    const [x, here] = [LOW + cell * h, mass(LOW + cell * h, h)];
    while (values.length < n && (values.length + 0.5) / n <= below + here) {
      const rest = (values.length + 0.5) / n - below;
      let shift = (rest / here) * h;
      for (let turn = 0; turn < 4; turn += 1) shift -= (mass(x, shift) - rest) / density(mixture, x + shift);
      values.push(x + shift);
    }
    below += here;
  }
  return values;
}

/** The Wasserstein distance of draws to as many quantiles of the truth, in the unit of x. */
export function wasserstein(draws, truth) {
  const sorted = Float64Array.from(draws).sort();
  return truth.reduce((sum, value, i) => sum + Math.abs(value - sorted[i]), 0) / truth.length;
}
