/**
 * The Fréchet distance of two sets of features, as `genbook.evaluation.frechet_distance` computes it, and what is
 * known about it for N(0, I) against N((shift, 0, ..., 0), spread^2 I) in F dimensions.
 */

import { multiply, root, singularValues } from "../../shared/matrices.mjs";
import { uniforms } from "../../shared/random.mjs";

/** Mean, trace of the covariance (unbiased) and its root, of rows of features. */
export function moments(rows) {
  const [n, size] = [rows.length, rows[0].length];
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i += 1) mean[i] += row[i] / n;
  const cov = Array.from({ length: size }, () => new Float64Array(size));
  for (const row of rows) {
    for (let i = 0; i < size; i += 1) {
      for (let j = 0; j <= i; j += 1) cov[i][j] += ((row[i] - mean[i]) * (row[j] - mean[j])) / (n - 1);
    }
  }
  for (let i = 0; i < size; i += 1) for (let j = 0; j < i; j += 1) cov[j][i] = cov[i][j];
  return { mean, trace: cov.reduce((sum, row, i) => sum + row[i], 0), root: root(cov) };
}

/** The moments of shift e_1 + spread x, from those of x. */
export function moved({ mean, trace, root: half }, { shift, spread }) {
  return {
    mean: mean.map((value, i) => spread * value + (i === 0 ? shift : 0)),
    trace: spread ** 2 * trace,
    root: half.map((row) => row.map((value) => spread * value)),
  };
}

/** |m_a - m_b|^2 + tr C_a + tr C_b - 2 (sum of the singular values of C_a^{1/2} C_b^{1/2}). */
export function frechet(a, b) {
  const means = a.mean.reduce((sum, value, i) => sum + (value - b.mean[i]) ** 2, 0);
  const nuclear = singularValues(multiply(a.root, b.root)).reduce((sum, value) => sum + value, 0);
  return Math.max(0, means + a.trace + b.trace - 2 * nuclear);
}

/** The distance of the two Gaussians themselves. */
export function truth({ features, shift, spread }) {
  return shift ** 2 + features * (1 - spread) ** 2;
}

/** By how much estimates from n samples each exceed the truth on average, to first order in 1/n. */
export function bias({ features, spread }, n) {
  return (features * (1 + spread ** 2)) / n + (spread * features * (features + 1)) / (2 * (n - 1));
}

/** A function that draws standard normal numbers (Box and Muller). */
export function normals(seed) {
  const draw = uniforms(seed);
  let spare = null;
  return () => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(draw()));
    const angle = 2 * Math.PI * draw();
    spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  };
}

/** For every size, `repeats` pairs of moments of two sets of standard normal rows. */
export function drawPairs(features, sizes, repeats, seed) {
  const normal = normals(seed);
  const set = (n) => moments(Array.from({ length: n }, () => Float64Array.from({ length: features }, normal)));
  return sizes.map((n) => Array.from({ length: repeats }, () => [set(n), set(n)]));
}

/** The estimates of every repeat at every size. */
export function estimates(pairs, setting) {
  return pairs.map((repeats) => repeats.map(([a, z]) => frechet(a, moved(z, setting))));
}
