/**
 * MADE one variable at a time: each hidden unit is computed once, when the last variable that it may see arrives.
 *
 * The files are written by `genbook.interactive.export`: weights with the masks applied, hidden degrees sorted, so
 * that what a unit may see is a leading block of the layer below.
 */

import { outputFrom } from "./outputs.mjs";
import { readSafetensors } from "./safetensors.mjs";

/** Build a model from the bytes of a file. */
export function readMade(bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  const layers = [];
  for (let l = 0; `hidden.${l}.weight` in tensors; l += 1) layers.push(readLayer(tensors, `hidden.${l}`));
  const output = outputFrom(metadata);
  const order = Array.from(tensors.order.data);
  return {
    order,
    dim: order.length,
    height: Number(metadata.height),
    width: Number(metadata.width),
    output,
    layers,
    final: readLayer(tensors, "output"),
    direct: "direct.weight" in tensors ? readLayer(tensors, "direct") : null,
    examples: rows(tensors.examples),
  };
}

function readLayer(tensors, name) {
  const { shape, data } = tensors[`${name}.weight`];
  const degrees = tensors[`${name}.degrees`];
  return { weight: data, bias: tensors[`${name}.bias`].data, inputs: shape[1], degrees: degrees && degrees.data };
}

function rows(tensor) {
  if (!tensor) return [];
  const [count, width] = tensor.shape;
  return Array.from({ length: count }, (_, i) => tensor.data.slice(i * width, (i + 1) * width));
}

/** A pass that knows no variable yet; `params` belong to the first one. */
export function begin(model) {
  const units = [new Float64Array(model.dim), ...model.layers.map((layer) => new Float64Array(layer.bias.length))];
  const state = { t: 0, units, known: units.map(() => 0), params: null };
  state.params = parameters(model, state);
  return state;
}

/** An independent copy of a pass. */
export function fork(state) {
  return { ...state, units: state.units.map((layer) => layer.slice()), known: [...state.known] };
}

/** Feed the value of the variable at place `t`; returns how many hidden units became known. */
export function feed(model, state, value) {
  state.units[0][state.t] = model.output.embed(value);
  state.t += 1;
  state.known[0] = state.t;
  let computed = 0;
  model.layers.forEach((layer, l) => {
    const [below, here] = [state.units[l], state.units[l + 1]];
    const first = state.known[l + 1];
    let unit = first;
    for (; unit < here.length && layer.degrees[unit] <= state.t; unit += 1) {
      here[unit] = Math.max(0, dot(layer, unit, below, state.known[l]));
    }
    state.known[l + 1] = unit;
    computed += unit - first;
  });
  state.params = state.t < model.dim ? parameters(model, state) : null;
  return computed;
}

/** bias + the sum over the leading `count` inputs; columns of the first layer stand in the order. */
function dot({ weight, bias, inputs }, row, values, count) {
  let sum = bias[row];
  const start = row * inputs;
  for (let i = 0; i < count; i += 1) sum += weight[start + i] * values[i];
  return sum;
}

/** The parameters of the variable at place `state.t`; rows of the output layers stand in the order too. */
function parameters(model, state) {
  const { size } = model.output;
  const top = state.units.length - 1;
  return Float64Array.from({ length: size }, (_, k) => {
    const row = state.t * size + k;
    const direct = model.direct ? dot(model.direct, row, state.units[0], state.t) : 0;
    return dot(model.final, row, state.units[top], state.known[top]) + direct;
  });
}

/** log p(x) in nats, exact; `x` is in the order of the variables, not in that of generation. */
export function logProb(model, x) {
  const state = begin(model);
  return model.order.reduce((sum, variable) => {
    const term = model.output.logProbs(state.params)[x[variable]];
    feed(model, state, x[variable]);
    return sum + term;
  }, 0);
}
