/**
 * A character model, one character at a time: an embedding, an LSTM layer (Gers et al., 2000) and a softmax.
 *
 * Reads the weights of `genbook.autoregressive.CharRNN` with `Tokens` and one layer, in double precision. Gates stand
 * in PyTorch's order: input, forget, candidate, output.
 */

import { readSafetensors } from "./safetensors.mjs";

const sigmoid = (x) => 1 / (1 + Math.exp(-x));

/** The alphabet of `genbook.data.Vocabulary`: the line break, then printable ASCII. */
export const ALPHABET = `\n${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => i + 32))}`;

/** The tokens of a text; characters outside the alphabet become "?". */
export function encode(text) {
  return Array.from(text, (character) => {
    const token = ALPHABET.indexOf(character);
    return token < 0 ? ALPHABET.indexOf("?") : token;
  });
}

/** Build a model from the bytes of a file. */
export function readCharModel(bytes) {
  const { tensors } = readSafetensors(bytes);
  const [rows, width] = tensors["inputs.table.weight"].shape;
  const bias = tensors["lstm.bias_ih_l0"].data.map((value, i) => value + tensors["lstm.bias_hh_l0"].data[i]);
  return {
    levels: rows - 1,
    width,
    hidden: bias.length / 4,
    table: tensors["inputs.table.weight"].data,
    input: tensors["lstm.weight_ih_l0"].data,
    recurrent: tensors["lstm.weight_hh_l0"].data,
    bias,
    head: { weight: tensors["head.weight"].data, bias: tensors["head.bias"].data },
  };
}

function product(weight, row, values) {
  const start = row * values.length;
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += weight[start + i] * values[i];
  return sum;
}

/** The state before the first character; `logits` belong to that character. */
export function begin(model) {
  const zero = new Float64Array(model.hidden);
  return feed(model, { h: zero, c: zero }, model.levels);
}

/** Feed a token; returns the next state, and leaves the given one alone. */
export function feed(model, { h, c }, token) {
  const x = model.table.subarray(token * model.width, (token + 1) * model.width);
  const gates = model.bias.map((b, row) => b + product(model.input, row, x) + product(model.recurrent, row, h));
  const n = model.hidden;
  const cell = c.map((old, k) => sigmoid(gates[n + k]) * old + sigmoid(gates[k]) * Math.tanh(gates[2 * n + k]));
  const next = cell.map((value, k) => sigmoid(gates[3 * n + k]) * Math.tanh(value));
  return { h: next, c: cell, logits: model.head.bias.map((b, row) => b + product(model.head.weight, row, next)) };
}
