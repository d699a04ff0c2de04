/** A restricted Boltzmann machine over bits: free energy, log Z over the hidden states, block Gibbs steps. */

import { readSafetensors } from "./safetensors.mjs";

/** The model of a file that `genbook.interactive.rbm_bytes` wrote: `w[i * hidden + j]` joins pixel i and unit j. */
export function readRbm(bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  const { height, width } = JSON.parse(metadata.rbm);
  const [visible, hidden] = tensors.w.shape;
  const rows = tensors.examples?.shape[0] ?? 0;
  const examples = Array.from({ length: rows }, (_, k) => tensors.examples.data.slice(k * visible, (k + 1) * visible));
  return { visible, hidden, height, width, w: tensors.w.data, b: tensors.b.data, c: tensors.c.data, examples };
}

export function sigmoid(a) {
  return a < 0 ? Math.exp(a) / (1 + Math.exp(a)) : 1 / (1 + Math.exp(-a));
}

function softplus(a) {
  return Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
}

/** The log-odds of every hidden unit given the pixels: c + x W. */
export function hiddenField({ visible, hidden, w, c }, x) {
  const field = c.slice();
  for (let i = 0; i < visible; i += 1) {
    if (x[i] !== 0) for (let j = 0; j < hidden; j += 1) field[j] += x[i] * w[i * hidden + j];
  }
  return field;
}

/** The log-odds of every pixel given the hidden units: b + W h. */
export function visibleField({ visible, hidden, w, b }, h) {
  const field = b.slice();
  for (let i = 0; i < visible; i += 1) {
    for (let j = 0; j < hidden; j += 1) field[i] += h[j] * w[i * hidden + j];
  }
  return field;
}

/** F(x) = -b . x - sum_j softplus((c + x W)_j). */
export function freeEnergy(rbm, x) {
  const pixels = rbm.b.reduce((sum, b, i) => sum + b * x[i], 0);
  return -pixels - hiddenField(rbm, x).reduce((sum, a) => sum + softplus(a), 0);
}

/**
 * log Z, exactly: for each of the 2^H hidden states the pixels are summed in closed form.
 *
 * The states are visited in the order of a Gray code, so that from one to the next a single unit changes; the fields
 * are set up anew now and then, so that rounding does not pile up.
 */
export function logZ(rbm) {
  const { visible, hidden, w, c } = rbm;
  const states = 2 ** hidden;
  const h = new Float64Array(hidden);
  const values = new Float64Array(states);
  let field = visibleField(rbm, h);
  for (let state = 0; state < states; state += 1) {
    if (state > 0) {
      const j = 31 - Math.clz32(state & -state);
      h[j] = 1 - h[j];
      const sign = 2 * h[j] - 1;
      if (state % 1024 === 0) field = visibleField(rbm, h);
      else for (let i = 0; i < visible; i += 1) field[i] += sign * w[i * hidden + j];
    }
    let sum = 0;
    for (let j = 0; j < hidden; j += 1) sum += c[j] * h[j];
    for (let i = 0; i < visible; i += 1) sum += softplus(field[i]);
    values[state] = sum;
  }
  const most = values.reduce((a, b) => Math.max(a, b));
  return most + Math.log(values.reduce((sum, value) => sum + Math.exp(value - most), 0));
}

/** One step x -> h -> x from uniform numbers: `uHidden` (H) and `uVisible` (V); pixels in `held` keep their value. */
export function gibbsStep(rbm, x, held, uHidden, uVisible) {
  const h = hiddenField(rbm, x).map((a, j) => Number(uHidden[j] < sigmoid(a)));
  const p = visibleField(rbm, h).map(sigmoid);
  const next = p.map((value, i) => (held.has(i) ? x[i] : Number(uVisible[i] < value)));
  return { x: next, h, p };
}
