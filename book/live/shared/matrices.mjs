/** Small dense matrices as arrays of Float64Array rows: eigenvalues and singular values by Jacobi rotations. */

const SWEEPS = 60;
const TINY = 1e-30; // a column whose squared norm is below this share of the largest counts as zero

/** The tangent of the rotation that makes an off-diagonal entry vanish, the smaller of the two. */
function tangent(theta) {
  return (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(1, theta));
}

function rotate(rows, p, q, c, s) {
  for (const row of rows) {
    const [x, y] = [row[p], row[q]];
    row[p] = c * x - s * y;
    row[q] = s * x + c * y;
  }
}

/** A x B. */
export function multiply(a, b) {
  return a.map((row) => Float64Array.from(b[0], (_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
}

export function transpose(a) {
  return Array.from(a[0], (_, j) => Float64Array.from(a, (row) => row[j]));
}

/** Singular values of a square matrix, by rotating its columns until all are orthogonal (Hestenes). */
export function singularValues(matrix) {
  const work = matrix.map((row) => Float64Array.from(row));
  const size = work[0].length;
  const dot = (p, q) => work.reduce((sum, row) => sum + row[p] * row[q], 0);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let rotated = false;
    let largest = 0;
    for (let p = 0; p < size; p += 1) largest = Math.max(largest, dot(p, p));
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        const [a, b, both] = [dot(p, p), dot(q, q), dot(p, q)];
        if (Math.abs(both) <= 1e-15 * Math.sqrt(a * b) || Math.min(a, b) <= TINY * largest) continue;
        const t = tangent((b - a) / (2 * both));
        const c = 1 / Math.hypot(1, t);
        rotate(work, p, q, c, c * t);
        rotated = true;
      }
    }
    if (!rotated) break;
  }
  return Float64Array.from({ length: size }, (_, p) => Math.sqrt(dot(p, p))).sort((a, b) => b - a);
}

/** Eigenvalues and eigenvectors (columns) of a symmetric matrix. */
export function symmetricEigen(matrix) {
  const size = matrix.length;
  const work = matrix.map((row) => Float64Array.from(row));
  const vectors = work.map((_, i) => Float64Array.from({ length: size }, (__, j) => Number(i === j)));
  const scale = Math.max(...work.map((row, i) => Math.abs(row[i])), Number.MIN_VALUE);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    let rotated = false;
    for (let p = 0; p < size - 1; p += 1) {
      for (let q = p + 1; q < size; q += 1) {
        if (Math.abs(work[p][q]) <= 1e-17 * scale) continue;
        const t = tangent((work[q][q] - work[p][p]) / (2 * work[p][q]));
        const c = 1 / Math.hypot(1, t);
        const s = c * t;
        rotate(work, p, q, c, s);
        for (let k = 0; k < size; k += 1) {
          const [x, y] = [work[p][k], work[q][k]];
          work[p][k] = c * x - s * y;
          work[q][k] = s * x + c * y;
        }
        rotate(vectors, p, q, c, s);
        rotated = true;
      }
    }
    if (!rotated) break;
  }
  return { values: Float64Array.from(work, (row, i) => row[i]), vectors };
}

/** The symmetric root of a positive semi-definite matrix. */
export function root(matrix) {
  const { values, vectors } = symmetricEigen(matrix);
  const scaled = vectors.map((row) => row.map((value, j) => value * Math.sqrt(Math.max(0, values[j]))));
  return multiply(scaled, transpose(vectors));
}
