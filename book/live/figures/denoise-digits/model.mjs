/**
 * A trained denoiser of small images and the steps of DDIM: the same numbers as genbook's `DenseNetwork`, `Velocity`,
 * `Cosine` and `ddim` in double precision.
 */

import { mlp, readLayers } from "../../shared/mlp.mjs";
import { readSafetensors } from "../../shared/safetensors.mjs";

const OFFSET = 0.008; // s of the cosine schedule
const SLOWEST = 10000; // ratio of the highest to the lowest frequency of time
export const NOISE = 0.98; // the time at which hardly any signal is left, where generating begins

/** The model in the bytes of a file that `genbook.interactive.denoiser_bytes` wrote. */
export function readDenoiser(bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  return { layers: readLayers(tensors), ...JSON.parse(metadata.denoiser) };
}

/** x_t = alpha x_0 + sigma eps at time t, 0 (data) to 1 (noise). */
export function level(t) {
  const angle = (time) => ((Math.PI / 2) * (time + OFFSET)) / (1 + OFFSET);
  const alpha = Math.cos(angle(t)) / Math.cos(angle(0));
  return { alpha, sigma: Math.sqrt(Math.max(0, 1 - alpha ** 2)) };
}

/** What the network sees beside x: cosines and sines of 1000 t, and the class as a one-hot row, zeros for null. */
export function context({ frequencies, classes }, t, label) {
  const angles = Array.from({ length: frequencies }, (_, k) => 1000 * t * Math.exp((-Math.log(SLOWEST) * k) / frequencies));
  const hot = Array.from({ length: classes }, (_, k) => Number(k === label));
  return [...angles.map(Math.cos), ...angles.map(Math.sin), ...hot];
}

/** The output v of the network; for a class and a scale w it is v(none) + w (v(class) - v(none)). */
export function velocity(model, x, t, { label = null, scale = 1 } = {}) {
  const run = (one) => mlp(model.layers, [...x, ...context(model, t, one)]);
  if (label === null) return run(null);
  const given = run(label);
  if (scale === 1) return given;
  const free = run(null);
  return given.map((value, d) => free[d] + scale * (value - free[d]));
}

/** The clean image and the noise that the denoiser sees in x at time t: { x0, eps }. */
export function denoise(model, x, t, guidance) {
  const { alpha, sigma } = level(t);
  const v = velocity(model, x, t, guidance);
  return { x0: x.map((value, d) => alpha * value - sigma * v[d]), eps: x.map((value, d) => sigma * value + alpha * v[d]) };
}

/** x at the time s < t, with the noise that was found: a step of DDIM without fresh noise. */
export function ddimStep({ x0, eps }, s) {
  const { alpha, sigma } = level(s);
  return x0.map((value, d) => alpha * value + sigma * eps[d]);
}

/** An image in [-1, 1] as it is at time t, with the noise eps. */
export function noised(image, t, eps) {
  const { alpha, sigma } = level(t);
  return image.map((value, d) => alpha * value + sigma * eps[d]);
}

/** Independent standard normal numbers from uniform ones (Box and Muller). */
export function normals(n, draw) {
  return Float64Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw()));
}

/** Walk from x at time `start` to clean data in `count` equal steps; yields { t, x, x0 } after every step. */
export function* walk(model, x, { start, count, guidance }) {
  let now = x;
  for (let k = 0; k < count; k += 1) {
    const found = denoise(model, now, start * (1 - k / count), guidance);
    const t = start * (1 - (k + 1) / count);
    now = ddimStep(found, t);
    yield { t, x: now, x0: found.x0 };
  }
}

/** The correlation of two images, pixel by pixel; 0 where one of them is flat. */
export function correlation(a, b) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const dot = (f, g) => a.reduce((sum, _, d) => sum + f(d) * g(d), 0);
  const [da, db] = [(d) => a[d] - ma, (d) => b[d] - mb];
  const norm = Math.sqrt(dot(da, da) * dot(db, db));
  return norm < 1e-12 ? 0 : dot(da, db) / norm;
}
