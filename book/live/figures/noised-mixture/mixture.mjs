/**
 * A mixture of two Gaussians on the line, what noise makes of it, and what a noisy value says about the clean one.
 *
 * x_t = alpha x_0 + sigma eps with the variance-preserving schedule, t from 0 to 1. All closed forms.
 */

export const MIXTURE = [
  { weight: 0.3, mean: -1.5, variance: 0.1 },
  { weight: 0.7, mean: 1, variance: 0.25 },
];
const [BETA_MIN, BETA_MAX] = [0.1, 20];

/** Signal and noise at the time t. */
export function level(t) {
  const integral = BETA_MIN * t + 0.5 * (BETA_MAX - BETA_MIN) * t * t;
  return { alpha: Math.exp(-0.5 * integral), sigma: Math.sqrt(-Math.expm1(-integral)) };
}

function normal(x, mean, variance) {
  return Math.exp((-0.5 * (x - mean) ** 2) / variance) / Math.sqrt(2 * Math.PI * variance);
}

/** The density of a mixture at x. */
export function density(mixture, x) {
  return mixture.reduce((sum, { weight, mean, variance }) => sum + weight * normal(x, mean, variance), 0);
}

/** The law of alpha x_0 + sigma eps. */
export function noised({ alpha, sigma }, mixture = MIXTURE) {
  return mixture.map(({ weight, mean, variance }) => ({ weight, mean: alpha * mean, variance: alpha ** 2 * variance + sigma ** 2 }));
}

/** log p of a mixture at x, safe far away from it, and the posterior of the component. */
function bayes(mixture, x) {
  const logs = mixture.map(({ weight, mean, variance }) => Math.log(weight) - 0.5 * Math.log(2 * Math.PI * variance) - (0.5 * (x - mean) ** 2) / variance);
  const most = Math.max(...logs);
  const total = logs.reduce((sum, value) => sum + Math.exp(value - most), 0);
  return { logP: most + Math.log(total), shares: logs.map((value) => Math.exp(value - most) / total) };
}

/** All that follows from x_t = x at the time t: log p_t, its slope, the posterior of x_0 and its mean. */
export function view(x, t, mixture = MIXTURE) {
  const { alpha, sigma } = level(t);
  const marginal = noised({ alpha, sigma }, mixture);
  const { logP, shares } = bayes(marginal, x);
  const score = marginal.reduce((sum, { mean, variance }, k) => sum - (shares[k] * (x - mean)) / variance, 0);
  const posterior = mixture.map(({ mean, variance }, k) => {
    const precision = 1 / variance + (alpha / sigma) ** 2;
    return { weight: shares[k], mean: (mean / variance + (alpha * x) / sigma ** 2) / precision, variance: 1 / precision };
  });
  const mean = posterior.reduce((sum, part) => sum + part.weight * part.mean, 0);
  return { x, t, alpha, sigma, marginal, logP, score, posterior, mean };
}
