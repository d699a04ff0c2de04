/** A fully connected network with SiLU between its layers: the numbers of `genbook.nn.MLP` in double precision. */

const silu = (value) => value / (1 + Math.exp(-value));

/** The layers `layer.0`, `layer.1`, ... among the tensors of a safetensors file. */
export function readLayers(tensors) {
  const layers = [];
  for (let i = 0; `layer.${i}.weight` in tensors; i += 1) {
    layers.push({ weight: tensors[`layer.${i}.weight`], bias: tensors[`layer.${i}.bias`].data });
  }
  return layers;
}

function dense({ weight, bias }, input) {
  const width = input.length;
  return bias.map((start, row) => {
    let sum = start;
    for (let j = 0; j < width; j += 1) sum += weight.data[row * width + j] * input[j];
    return sum;
  });
}

/** The output of the network for one input row. */
export function mlp(layers, input) {
  let h = Float64Array.from(input);
  layers.forEach((layer, i) => {
    h = dense(layer, h);
    if (i < layers.length - 1) h = h.map(silu);
  });
  return h;
}
