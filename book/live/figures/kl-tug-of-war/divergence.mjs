/**
 * A mixture p and a Gaussian q on a line: both KL divergences, their integrands and their gradients, by the midpoint
 * rule on a grid that reaches far beyond what can be dragged. `genbook.foundations.kl_on_grid` computes the same.
 */

export const GRID = { low: -30, high: 30, n: 2400 };
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log N(x; mean, scale^2) in nats. */
export function logNormal(x, { mean, scale }) {
  const away = (x - mean) / scale;
  return -0.5 * away * away - Math.log(scale) - HALF_LOG_TWO_PI;
}

/** log p(x) of a mixture of normals: a list of { weight, mean, scale }. */
export function logMixture(x, components) {
  const terms = components.map((part) => Math.log(part.weight) + logNormal(x, part));
  const most = Math.max(...terms);
  return most + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - most), 0));
}

/** The mixture on the grid: points, log p and p, and the width of a cell. */
export function onGrid(components, { low, high, n } = GRID) {
  const cell = (high - low) / n;
  const x = Float64Array.from({ length: n }, (_, i) => low + (i + 0.5) * cell);
  const logP = x.map((point) => logMixture(point, components));
  return { x, logP, p: logP.map(Math.exp), cell };
}

function integral(target, term) {
  let total = 0;
  for (let i = 0; i < target.x.length; i += 1) total += term(i);
  return total * target.cell;
}

/** p log(p / q) at every point of the grid; its integral is KL(p || q). */
export function coverIntegrand({ x, logP, p }, q) {
  return x.map((point, i) => p[i] * (logP[i] - logNormal(point, q)));
}

/** q log(q / p) at every point of the grid; its integral is KL(q || p). */
export function seekIntegrand({ x, logP }, q) {
  return x.map((point, i) => {
    const logQ = logNormal(point, q);
    return Math.exp(logQ) * (logQ - logP[i]);
  });
}

function coverGradient(target, { mean, scale }) {
  const { x, p } = target;
  const first = integral(target, (i) => p[i] * (x[i] - mean));
  const second = integral(target, (i) => p[i] * (x[i] - mean) ** 2);
  const mass = integral(target, (i) => p[i]);
  return [-first / scale ** 2, mass - second / scale ** 2];
}

/** The log-derivative trick, exact under quadrature: the integrand times the score of q. */
function seekGradient(target, q) {
  const { x } = target;
  const weight = seekIntegrand(target, q);
  const away = (i) => (x[i] - q.mean) / q.scale;
  return [integral(target, (i) => (weight[i] * away(i)) / q.scale), integral(target, (i) => weight[i] * (away(i) ** 2 - 1))];
}

function divergence(integrand, gradient) {
  return {
    integrand,
    gradient, // with respect to the mean and to the logarithm of the scale
    value(target, q) {
      const terms = integrand(target, q);
      return integral(target, (i) => terms[i]);
    },
  };
}

export const COVER = divergence(coverIntegrand, coverGradient); // KL(p || q)
export const SEEK = divergence(seekIntegrand, seekGradient); // KL(q || p)

/** q after a move of its mean (in units of its scale) and of its logarithmic scale, inside the bounds. */
function moved(q, step, size, bounds) {
  const clip = (value, [low, high]) => Math.min(high, Math.max(low, value));
  return {
    mean: clip(q.mean + size * step[0] * q.scale, bounds.mean),
    scale: clip(q.scale * Math.exp(size * step[1]), bounds.scale),
  };
}

/**
 * One step downhill: the natural gradient (Fisher information 1/scale^2 for the mean and 2 for the logarithm of the
 * scale), never longer than a tenth, halved until the divergence falls. `null` when there is nothing left to gain.
 */
export function descend(kl, target, q, bounds) {
  const [byMean, byScale] = kl.gradient(target, q);
  const step = [-q.scale * byMean, -byScale / 2];
  const length = Math.hypot(...step);
  if (length < 1e-5) return null;
  const before = kl.value(target, q);
  for (let size = Math.min(0.5, 0.1 / length); size > 1e-6; size /= 2) {
    const next = moved(q, step, size, bounds);
    if (kl.value(target, next) < before) return next;
  }
  return null;
}
