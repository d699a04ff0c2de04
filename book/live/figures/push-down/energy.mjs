/**
 * An energy over the cells of a line, as a sum of bumps, and the gradient of its likelihood in closed form.
 *
 * E(x) = -sum_j theta_j k(x, x_j) with k a bump of width WIDTH. A push moves theta against the gradient of the mean of
 * -log p over the data: by the mean bump of the data (positive phase) less that of the model (negative phase).
 */

export const CELLS = 61;
const [LOW, HIGH] = [-3, 3];
const WIDTH = 0.35;

/** The place of cell i on the line. */
export function place(i) {
  return LOW + ((HIGH - LOW) * i) / (CELLS - 1);
}

/** The cell nearest to a place. */
export function nearest(x) {
  return Math.min(CELLS - 1, Math.max(0, Math.round(((x - LOW) / (HIGH - LOW)) * (CELLS - 1))));
}

const BUMPS = Array.from({ length: CELLS }, (_, i) =>
  Float64Array.from({ length: CELLS }, (__, j) => Math.exp(-((place(i) - place(j)) ** 2) / (2 * WIDTH ** 2))),
);

/** A mean of bumps: sum_i weight_i k(x_i, .). */
function smooth(weights) {
  return Float64Array.from(BUMPS[0], (_, j) => weights.reduce((sum, weight, i) => sum + weight * BUMPS[i][j], 0));
}

/** All that follows from theta: energies, log Z, probabilities, and for the data their mean energy and mean log p. */
export function view(theta, data) {
  const energy = smooth(theta).map((value) => -value);
  const lowest = energy.reduce((a, b) => Math.min(a, b));
  const logZ = -lowest + Math.log(energy.reduce((sum, value) => sum + Math.exp(lowest - value), 0));
  const p = energy.map((value) => Math.exp(-value - logZ));
  const meanEnergy = data.reduce((sum, i) => sum + energy[i], 0) / data.length;
  return { energy, logZ, p, meanEnergy, logLikelihood: -meanEnergy - logZ };
}

/** theta after one push of the given size. */
export function push(theta, data, size, negative) {
  const weights = new Float64Array(CELLS);
  for (const i of data) weights[i] += 1 / data.length;
  if (negative) view(theta, data).p.forEach((value, i) => (weights[i] -= value));
  const step = smooth(weights);
  return theta.map((value, j) => value + size * step[j]);
}

/** How much mass lies within half a unit of each of the data. */
export function shares(p, data) {
  return data.map((i) => p.reduce((sum, value, j) => sum + (Math.abs(place(j) - place(i)) < 0.5 ? value : 0), 0));
}
