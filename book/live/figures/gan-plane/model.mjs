/**
 * The generator of a DCGAN: a dense layer and two transposed convolutions, batch normalisation folded in.
 * The same numbers as `genbook.interactive.gan_generator` in double precision.
 */

import { readSafetensors } from "../../shared/safetensors.mjs";

const [KERNEL, STRIDE, PADDING] = [4, 2, 1];
const relu = (value) => (value > 0 ? value : 0);

function rows({ shape: [count, width], data }) {
  return Array.from({ length: count }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}

/** The model in the bytes of a file that `genbook.interactive.gan_bytes` wrote. */
export function readGenerator(bytes) {
  const { tensors } = readSafetensors(bytes);
  const layer = (name) => ({ weight: tensors[`${name}.weight`], bias: tensors[`${name}.bias`].data });
  const model = { dense: layer("dense"), grow: layer("grow"), paint: layer("paint") };
  const side = Math.round(Math.sqrt(model.dense.weight.shape[0] / model.dense.bias.length));
  return { ...model, side, size: 4 * side, terms: rows(tensors.terms), directions: rows(tensors.directions) };
}

/** The first maps, (channels, side, side): a dense layer with one bias a channel, then ReLU. */
function begin({ weight, bias }, z) {
  const [count, width] = weight.shape;
  const place = count / bias.length;
  return Float64Array.from({ length: count }, (_, row) => {
    let total = bias[Math.floor(row / place)];
    for (let j = 0; j < width; j += 1) total += weight.data[row * width + j] * z[j];
    return relu(total);
  });
}

/** A transposed convolution that doubles the side: every input paints one kernel, and kernels add up. */
export function grow({ weight, bias }, maps, side) {
  const [inputs, outputs] = weight.shape;
  const large = STRIDE * side;
  const painted = new Float64Array(outputs * large * large);
  for (let o = 0; o < outputs; o += 1) painted.fill(bias[o], o * large * large, (o + 1) * large * large);
  for (let i = 0; i < inputs; i += 1) {
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const value = maps[(i * side + y) * side + x];
        if (value !== 0) paint(painted, weight.data, value, { input: i, outputs, y, x, large });
      }
    }
  }
  return painted;
}

/** Add the kernels of one input, scaled by its value, around the place (y, x). */
function paint(painted, weight, value, { input, outputs, y, x, large }) {
  for (let o = 0; o < outputs; o += 1) {
    const kernel = (input * outputs + o) * KERNEL * KERNEL;
    for (let down = 0; down < KERNEL; down += 1) {
      const row = STRIDE * y - PADDING + down;
      if (row < 0 || row >= large) continue;
      const start = (o * large + row) * large;
      for (let right = 0; right < KERNEL; right += 1) {
        const column = STRIDE * x - PADDING + right;
        if (column >= 0 && column < large) painted[start + column] += value * weight[kernel + down * KERNEL + right];
      }
    }
  }
}

/** The image of the code z: a row of pixels from -1 to 1. */
export function generate(model, z) {
  const first = begin(model.dense, z);
  const second = grow(model.grow, first, model.side).map(relu);
  return grow(model.paint, second, 2 * model.side).map(Math.tanh);
}

/** The code z + sum_k amounts[k] directions[k]. */
export function moved({ directions }, z, amounts) {
  return z.map((value, j) => directions.reduce((total, direction, k) => total + amounts[k] * direction[j], value));
}

/** The code of a digit, thin or bold. */
export function termOf({ terms }, { digit, bold }) {
  return terms[2 * digit + (bold ? 1 : 0)];
}

/** share times (bold - thin) of the first digit, added to the thin second digit. */
export function sum(model, [first, second], share = 1) {
  const [bold, thin] = [true, false].map((isBold) => termOf(model, { digit: first, bold: isBold }));
  return termOf(model, { digit: second, bold: false }).map((value, j) => value + share * (bold[j] - thin[j]));
}

/** The term whose image is nearest to an image, by squared differences of pixels: { digit, bold }. */
export function nearestTerm(model, image) {
  const distances = model.terms.map((z) => generate(model, z).reduce((total, pixel, d) => total + (pixel - image[d]) ** 2, 0));
  const best = distances.indexOf(Math.min(...distances));
  return { digit: Math.floor(best / 2), bold: best % 2 === 1 };
}

/** The share of an image that is ink, and its lean: the slope of its columns against its rows, by second moments. */
export function measure(image) {
  const size = Math.round(Math.sqrt(image.length));
  const ink = image.map((pixel) => (pixel + 1) / 2);
  const total = ink.reduce((running, weight) => running + weight, 0);
  const mean = (read) => ink.reduce((running, weight, d) => running + weight * read(d % size, -Math.floor(d / size)), 0) / total;
  const [x, y] = [mean((right) => right), mean((_, up) => up)];
  const lean = mean((right, up) => (right - x) * (up - y)) / mean((_, up) => (up - y) ** 2);
  return { ink: total / image.length, lean };
}
