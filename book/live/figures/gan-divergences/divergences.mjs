/**
 * Two normal densities on a line, p around 0 and q: the best critic, the Jensen-Shannon divergence, the Wasserstein
 * distance, and what three losses of a generator say about the mean of q. `genbook.gan.optimum` computes the same.
 */

export const GRID = { low: -25, high: 25, n: 5000 };
export const LOSSES = ["minimax", "nonSaturating", "wasserstein"];
const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** log N(x; mean, scale^2) in nats. */
export function logNormal(x, { mean, scale }) {
  const away = (x - mean) / scale;
  return -0.5 * away * away - Math.log(scale) - HALF_LOG_TWO_PI;
}

/** 1 / (1 + e^-s) without overflow. */
export function sigmoid(s) {
  if (s >= 0) return 1 / (1 + Math.exp(-s));
  const e = Math.exp(s);
  return e / (1 + e);
}

/** log(e^a + e^b). */
function logAdd(a, b) {
  const most = Math.max(a, b);
  return most + Math.log1p(Math.exp(-Math.abs(a - b)));
}

/** The error function by its series of positive terms, to 1e-15 or so. */
export function erf(x) {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let total = x;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(total); n += 1) {
    term *= (2 * x * x) / (2 * n + 1);
    total += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * total;
}

/** The best critic's probability that x is real. */
export function bestCritic(x, p, q) {
  return sigmoid(logNormal(x, p) - logNormal(x, q));
}

/** W1 of p and q and its slope by the mean of q: the mean of a folded normal. */
function wasserstein(p, q) {
  const shift = q.mean - p.mean;
  const spread = Math.abs(q.scale - p.scale);
  if (spread === 0) return { value: Math.abs(shift), slope: Math.sign(shift) };
  const z = shift / spread;
  const slope = erf(z / Math.SQRT2);
  return { value: spread * Math.sqrt(2 / Math.PI) * Math.exp((-z * z) / 2) + shift * slope, slope };
}

/**
 * JSD (nats), W1, and by the mean of q the gradients of minimax and non-saturating loss at the best critic and of W1.
 * The critic is held still while x moves, as in a generator's step.
 */
export function measure(p, q, { low, high, n } = GRID) {
  const cell = (high - low) / n;
  const slopes = { minimax: 0, nonSaturating: 0 };
  let jsd = 0;
  for (let i = 0; i < n; i += 1) {
    const x = low + (i + 0.5) * cell;
    const [logP, logQ] = [logNormal(x, p), logNormal(x, q)];
    const logM = logAdd(logP, logQ) - Math.LN2;
    const mass = Math.exp(logQ);
    jsd += Math.exp(logP) * (logP - logM) + mass * (logQ - logM);
    const score = logP - logQ;
    const slope = (x - q.mean) / q.scale ** 2 - (x - p.mean) / p.scale ** 2;
    slopes.minimax -= mass * sigmoid(score) * slope;
    slopes.nonSaturating -= mass * sigmoid(-score) * slope;
  }
  const transport = wasserstein(p, q);
  return {
    jsd: (jsd * cell) / 2,
    w1: transport.value,
    slopes: { minimax: slopes.minimax * cell, nonSaturating: slopes.nonSaturating * cell, wasserstein: transport.slope },
  };
}

/** The mean of q after a step against the gradient of a loss, never further than `most`. */
export function descended(p, q, loss, size = 0.1, most = 0.25) {
  const step = size * measure(p, q).slopes[loss];
  return { ...q, mean: q.mean - Math.sign(step) * Math.min(most, Math.abs(step)) };
}
