/** Probabilistic PCA at a given noise, in the axes of the data's covariance: everything is a formula per direction. */

import { readSafetensors } from "../../shared/safetensors.mjs";

/** The mean, eigenvalues (largest first), eigenvectors (one row a direction) and example images of a model file. */
export function readSpectrum(bytes) {
  const { tensors } = readSafetensors(bytes);
  const rows = ({ shape, data }) => Array.from({ length: shape[0] }, (_, i) => data.slice(i * shape[1], (i + 1) * shape[1]));
  return {
    mean: tensors.mean.data,
    values: tensors.values.data,
    directions: rows(tensors.directions),
    examples: rows(tensors.examples),
  };
}

/** sqrt(max(eigenvalue - variance, 0)): how long the best columns of W are. */
export function lengths(values, variance) {
  return Array.from(values, (value) => Math.sqrt(Math.max(value - variance, 0)));
}

/** Nats that each direction carries on average, 0.5 log(eigenvalue / variance), and 0 under the noise. */
export function rates(values, variance) {
  return Array.from(values, (value) => Math.max(0, 0.5 * Math.log(value / variance)));
}

function dot(a, b) {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

/** The posterior of the code of x with the first `latents` directions: means and standard deviations. */
export function posterior({ mean, values, directions }, x, variance, latents) {
  const centred = x.map((value, i) => value - mean[i]);
  const columns = lengths(values.slice(0, latents), variance);
  const m = columns.map((length) => length * length + variance);
  return {
    mean: columns.map((length, k) => (length * dot(directions[k], centred)) / m[k]),
    scale: m.map((value) => Math.sqrt(variance / value)),
  };
}

/** W z + mean. */
export function decode({ mean, values, directions }, z, variance) {
  const columns = lengths(values.slice(0, z.length), variance);
  return mean.map((start, i) => z.reduce((sum, code, k) => sum + code * columns[k] * directions[k][i], start));
}

/** The mean of log p(x) in nats over data with these eigenvalues, with W the best for `latents` directions. */
export function evidence({ values }, variance, latents) {
  const terms = Array.from(values, (value, k) => {
    const modelled = k < latents ? Math.max(value, variance) : variance;
    return Math.log(2 * Math.PI * modelled) + value / modelled;
  });
  return -0.5 * terms.reduce((sum, term) => sum + term, 0);
}
