/** A trained vector field in the plane, and the two solvers with fixed steps that follow it. */

import { readSafetensors } from "../../shared/safetensors.mjs";

/** The layers and the data of a file that `genbook.interactive.field_bytes` wrote. */
export function readField(bytes) {
  const { tensors } = readSafetensors(bytes);
  const layers = [];
  for (let i = 0; `layer.${i}.weight` in tensors; i += 1) {
    const { shape, data } = tensors[`layer.${i}.weight`];
    layers.push({ outputs: shape[0], inputs: shape[1], weight: data, bias: tensors[`layer.${i}.bias`].data });
  }
  const { data } = tensors.data;
  return { layers, data: Array.from({ length: data.length / 2 }, (_, k) => [data[2 * k], data[2 * k + 1]]) };
}

/** v(t, x): a network with tanh of (x, t). */
export function velocity({ layers }, t, [a, b]) {
  let h = [a, b, t];
  layers.forEach(({ outputs, inputs, weight, bias }, depth) => {
    const next = new Array(outputs);
    for (let i = 0; i < outputs; i += 1) {
      let sum = bias[i];
      for (let j = 0; j < inputs; j += 1) sum += weight[i * inputs + j] * h[j];
      next[i] = depth < layers.length - 1 ? Math.tanh(sum) : sum;
    }
    h = next;
  });
  return h;
}

const along = ([a, b], h, [u, v]) => [a + h * u, b + h * v];

/** One step of length h of each solver, and what it costs in evaluations of the field. */
export const SOLVERS = {
  euler: { cost: 1, step: (field, t, x, h) => along(x, h, velocity(field, t, x)) },
  rk4: {
    cost: 4,
    step: (field, t, x, h) => {
      const k1 = velocity(field, t, x);
      const k2 = velocity(field, t + h / 2, along(x, h / 2, k1));
      const k3 = velocity(field, t + h / 2, along(x, h / 2, k2));
      const k4 = velocity(field, t + h, along(x, h, k3));
      return along(x, h / 6, [k1[0] + 2 * (k2[0] + k3[0]) + k4[0], k1[1] + 2 * (k2[1] + k3[1]) + k4[1]]);
    },
  },
};

/** The knots of the way from x at t = 0 to t = 1: steps + 1 points. */
export function way(field, solver, steps, x) {
  const knots = [x];
  for (let i = 0; i < steps; i += 1) knots.push(SOLVERS[solver].step(field, i / steps, knots[i], 1 / steps));
  return knots;
}

/** Where a way stands at time t: on the straight line between two knots. */
export function at(knots, t) {
  const place = Math.min(knots.length - 1, Math.max(0, t * (knots.length - 1)));
  const before = Math.min(knots.length - 2, Math.floor(place));
  const share = place - before;
  return [0, 1].map((axis) => knots[before][axis] + share * (knots[before + 1][axis] - knots[before][axis]));
}

/** The mean distance between the ends of two sets of ways. */
export function endError(ways, others) {
  const distances = ways.map((knots, k) => Math.hypot(...[0, 1].map((axis) => knots.at(-1)[axis] - others[k].at(-1)[axis])));
  return distances.reduce((sum, d) => sum + d, 0) / distances.length;
}
