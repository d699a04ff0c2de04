/**
 * The decoder of a VAE with two latent variables: a fully connected network with SiLU, and a distribution over the
 * levels of every pixel. The same numbers as `genbook.interactive.plane_decoder` in double precision.
 */

import { mlp, readLayers } from "../../shared/mlp.mjs";
import { outputFrom } from "../../shared/outputs.mjs";
import { readSafetensors } from "../../shared/safetensors.mjs";

/** The model in the bytes of a file that `genbook.interactive.plane_bytes` wrote. */
export function readPlane(bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  const facts = JSON.parse(metadata.plane);
  const codes = tensors.codes?.data ?? new Float64Array(0);
  const labels = Array.from(tensors.labels?.data ?? []);
  return { layers: readLayers(tensors), output: outputFrom(facts), side: facts.side, levels: facts.levels, codes, labels };
}

/** The parameters of every pixel at the point z: a list of rows. */
export function decode({ layers, output, side }, z) {
  const h = mlp(layers, z);
  return Array.from({ length: side * side }, (_, d) => h.subarray(d * output.size, (d + 1) * output.size));
}

/** E[x | z]: the mean level of every pixel. */
export function meanImage({ output }, params) {
  return params.map((row) => output.logProbs(row).reduce((sum, logP, level) => sum + Math.exp(logP) * level, 0));
}

/** A draw from p(x | z), one uniform number a pixel. */
export function drawnImage({ output }, params, u) {
  return params.map((row, d) => output.fromUniform(row, u[d]));
}

/** The codes nearest to z, nearest first: [{ label, distance }]. */
export function nearest({ codes, labels }, z, count) {
  const all = labels.map((label, i) => ({ label, distance: Math.hypot(codes[2 * i] - z[0], codes[2 * i + 1] - z[1]) }));
  return all.sort((a, b) => a.distance - b.distance).slice(0, count);
}

/** The class that most of the seven nearest codes have. */
export function classAt(model, z) {
  const counts = new Map();
  for (const { label } of nearest(model, z, 7)) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0][0];
}
