/**
 * MADE one variable at a time: each hidden unit is computed once, when the last variable that it may see arrives.
 *
 * The files are written by `genbook.interactive.export`. Inputs stand in the order of generation and hidden degrees
 * are sorted, so that what a unit may see is a leading block of the layer below; only these weights are in the file.
 */

import { outputFrom } from "./outputs.mjs";
import { readSafetensors } from "./safetensors.mjs";

/** Build a model from the bytes of a file. */
export function readMade(bytes) {
  const { tensors, metadata } = readSafetensors(bytes);
  const facts = JSON.parse(metadata.made);
  const order = Array.from(tensors.order.data);
  const places = order.map((_, place) => place);
  const layers = [];
  let below = places.map((place) => place + 1);
  for (let l = 0; `hidden.${l}.weight` in tensors; l += 1) {
    const degrees = Array.from(tensors[`hidden.${l}.degrees`].data);
    layers.push({ ...readLayer(tensors, `hidden.${l}`, leading(below, degrees)), degrees });
    below = degrees;
  }
  const output = outputFrom(facts);
  const repeated = (counts) => counts.flatMap((count) => new Array(output.size).fill(count));
  return {
    order,
    dim: order.length,
    height: facts.height,
    width: facts.width,
    output,
    layers,
    final: readLayer(tensors, "output", repeated(leading(below, places))),
    direct: "direct.weight" in tensors ? readLayer(tensors, "direct", repeated(places)) : null,
    examples: rows(tensors.examples),
  };
}

/** For each degree above, how many of the sorted degrees below it may see. */
function leading(below, above) {
  return above.map((degree) => below.filter((seen) => seen <= degree).length);
}

/** A layer whose row r sees the first `counts[r]` units below; its weights lie row behind row, without gaps. */
function readLayer(tensors, name, counts) {
  let end = 0;
  const starts = counts.map((count) => (end += count) - count);
  const weight = tensors[`${name}.weight`].data;
  if (weight.length !== end) throw new Error(`${name} has ${weight.length} weights, expected ${end}`);
  return { weight, bias: tensors[`${name}.bias`].data, starts, counts };
}

function rows(tensor) {
  if (!tensor) return [];
  const [count, width] = tensor.shape;
  return Array.from({ length: count }, (_, i) => tensor.data.slice(i * width, (i + 1) * width));
}

/** A pass that knows no variable yet; `params` belong to the first one. */
export function begin(model) {
  const units = [new Float64Array(model.dim), ...model.layers.map((layer) => new Float64Array(layer.bias.length))];
  const state = { t: 0, units, known: model.layers.map(() => 0), params: null };
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
  let computed = 0;
  model.layers.forEach((layer, l) => {
    const [below, here] = [state.units[l], state.units[l + 1]];
    const first = state.known[l];
    let unit = first;
    for (; unit < here.length && layer.degrees[unit] <= state.t; unit += 1) {
      here[unit] = Math.max(0, dot(layer, unit, below));
    }
    state.known[l] = unit;
    computed += unit - first;
  });
  state.params = state.t < model.dim ? parameters(model, state) : null;
  return computed;
}

function dot({ weight, bias, starts, counts }, row, values) {
  let sum = bias[row];
  const start = starts[row];
  for (let i = 0; i < counts[row]; i += 1) sum += weight[start + i] * values[i];
  return sum;
}

/** The parameters of the variable at place `state.t`; the variables' rows stand in the order. */
function parameters(model, state) {
  const { size } = model.output;
  return Float64Array.from({ length: size }, (_, k) => {
    const row = state.t * size + k;
    const direct = model.direct ? dot(model.direct, row, state.units[0]) : 0;
    return dot(model.final, row, state.units.at(-1)) + direct;
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
