/** The Fréchet distance of the figure is genbook's, and its theory foretells what it measures. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { nearestSize, scales } from "../../book/live/figures/fid-samples/chart.mjs";
import { bias, drawPairs, estimates, frechet, moments, moved, normals, truth } from "../../book/live/figures/fid-samples/frechet.mjs";
import { describe, isClose, mean, sources } from "../../book/live/figures/fid-samples/words.mjs";
import { multiply, root, singularValues, symmetricEigen, transpose } from "../../book/live/shared/matrices.mjs";
import { close, fixture } from "./fixture.mjs";

const cases = fixture("fid-samples").cases;
const SIZES = [5, 10, 100, 1000];

test("distances equal genbook's, also with fewer samples than features", () => {
  assert.ok(cases.some(({ a }) => a.length <= a[0].length));
  for (const { a, b, distance } of cases) close([frechet(moments(a), moments(b))], [distance], 1e-6);
});

test("singular values equal genbook's", () => {
  for (const { a, singular } of cases) {
    const square = multiply(transpose(a), a);
    close(Array.from(singularValues(square)).filter((_, i) => singular[i] > 1e-9), singular.filter((value) => value > 1e-9), 1e-6);
  }
});

test("truth and first-order bias equal genbook's", () => {
  for (const { features, shift, spread, exact } of fixture("fid-samples").truths) close([truth({ features, shift, spread })], [exact]);
  for (const { features, n, value } of fixture("fid-samples").biases) close([bias({ features, spread: 1 }, n)], [value]);
});

test("eigenvectors diagonalise, and the root squares to the matrix", () => {
  const matrix = [[4, 1, 0], [1, 3, -1], [0, -1, 2]];
  const { values, vectors } = symmetricEigen(matrix);
  const scaled = vectors.map((row) => row.map((value, j) => value * values[j]));
  multiply(scaled, transpose(vectors)).forEach((row, i) => close(row, matrix[i], 1e-12));
  const half = root(matrix);
  multiply(half, half).forEach((row, i) => close(row, matrix[i], 1e-12));
});

test("moved moments are those of moved rows", () => {
  const rows = [[1, 2], [0, -1], [3, 0.5]];
  const direct = moments(rows.map(([x, y]) => [2 + 0.5 * x, 0.5 * y]));
  const changed = moved(moments(rows), { shift: 2, spread: 0.5 });
  close(changed.mean, direct.mean, 1e-12);
  close([changed.trace], [direct.trace], 1e-12);
  assert.ok(frechet(changed, direct) < 1e-12);
});

test("measured means are truth plus bias, for equal and for different Gaussians", () => {
  for (const setting of [{ features: 8, shift: 0, spread: 1 }, { features: 4, shift: 1, spread: 0.5 }]) {
    const [values] = estimates(drawPairs(setting.features, [100], 300, 4), setting);
    const excess = mean(values) - truth(setting);
    const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0)) / values.length;
    assert.ok(Math.abs(excess - bias(setting, 100)) < 4 * error + 0.05 * bias(setting, 100), `${excess}`);
    assert.ok(Math.abs(excess - 2 * bias(setting, 100)) > 4 * error);
  }
});

test("normal numbers have mean 0, variance 1, and repeat with their seed", () => {
  const [draw, again] = [normals(3), normals(3)];
  const values = Array.from({ length: 40000 }, draw);
  assert.equal(again(), values[0]);
  assert.ok(Math.abs(mean(values)) < 0.02);
  assert.ok(Math.abs(mean(values.map((value) => value ** 2)) - 1) < 0.03);
});

test("the nearest n to a pixel is found, and everything is inside the drawing", () => {
  const { x, y } = scales(300, SIZES, 10);
  SIZES.forEach((n, k) => assert.equal(nearestSize(x(n) + 5, 300, SIZES), k));
  assert.ok(x(5) > 40 && x(1000) < 295 && y(0) > y(10) && y(50) === y(10));
});

test("words", () => {
  assert.equal(sources({ features: 1, shift: 0, spread: 1 }), "one and the same Gaussian over one feature");
  assert.match(sources({ features: 4, shift: 1, spread: 0.5 }), /means 1 apart and standard deviations 1 and 0\.5/);
  assert.match(describe({ values: [1, 3], truth: 0.5, bias: 1.4, n: 20 }), /from 1\.00 to 3\.00, mean 2\.00.*1\.50 too high/);
  assert.deepEqual([isClose(2, 2.8), isClose(1, 2.8), isClose(0, 2.8)], [true, false, false]);
});
