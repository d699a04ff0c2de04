/** Split R-hat and effective sample size of a list of chains, as `genbook.numerics.mcmc` computes them. */

const sum = (values) => values.reduce((total, value) => total + value, 0);
const mean = (values) => sum(values) / values.length;

function variance(values) {
  const middle = mean(values);
  return sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1);
}

/** Every chain cut in two, the middle draw of an odd number left out. */
function halves(chains) {
  const n = Math.floor(chains[0].length / 2);
  return [...chains.map((chain) => chain.slice(0, n)), ...chains.map((chain) => chain.slice(-n))];
}

/** The mean variance within chains, and the estimate of the total variance. */
function variances(chains) {
  const n = chains[0].length;
  const within = mean(chains.map(variance));
  return [within, ((n - 1) / n) * within + variance(chains.map(mean))];
}

/** Split R-hat of C chains of N numbers. */
export function splitRHat(chains) {
  const [within, total] = variances(halves(chains));
  return Math.sqrt(total / within);
}

function autocovariance(chain, middle, lag) {
  let total = 0;
  for (let i = lag; i < chain.length; i += 1) total += (chain[i] - middle) * (chain[i - lag] - middle);
  return total / chain.length;
}

/** Effective sample size: Geyer's pairs until one is negative, never rising. */
export function effectiveSampleSize(chains) {
  const parts = halves(chains);
  const [within, total] = variances(parts);
  const middles = parts.map(mean);
  const rho = (lag) => (lag === 0 ? 1 : 1 - (within - mean(parts.map((part, i) => autocovariance(part, middles[i], lag)))) / total);
  let [pairs, least] = [0, Infinity];
  for (let lag = 0; lag + 1 < parts[0].length; lag += 2) {
    const pair = rho(lag) + rho(lag + 1);
    if (!(pair > 0)) break;
    least = Math.min(least, pair);
    pairs += least;
  }
  const count = chains.length * chains[0].length;
  return count / Math.max(2 * pairs - 1, 1 / Math.log10(count));
}
