/**
 * A fully connected network with tanh between its layers: forward, backward by hand, and Adam.
 *
 * A batch of n rows is one Float64Array, row after row. Weights lie as in PyTorch: w[o * inputs + i].
 */

const EPS = 1e-8;
export const BETAS = [0.5, 0.9];

/** A network with layers of the given sizes, drawn as PyTorch draws nn.Linear: uniform within 1 / sqrt(inputs). */
export function createNetwork(sizes, draw) {
  return sizes.slice(1).map((outputs, k) => {
    const inputs = sizes[k];
    const one = () => (2 * draw() - 1) / Math.sqrt(inputs);
    return { inputs, outputs, w: Float64Array.from({ length: inputs * outputs }, one), b: Float64Array.from({ length: outputs }, one) };
  });
}

/** How many numbers a network learns. */
export function countWeights(network) {
  return network.reduce((sum, { w, b }) => sum + w.length + b.length, 0);
}

function linear({ inputs, outputs, w, b }, x, n) {
  const y = new Float64Array(n * outputs);
  for (let r = 0; r < n; r += 1)
    for (let o = 0; o < outputs; o += 1) {
      let sum = b[o];
      for (let i = 0; i < inputs; i += 1) sum += w[o * inputs + i] * x[r * inputs + i];
      y[r * outputs + o] = sum;
    }
  return y;
}

/** What every layer sees, and last what comes out: [x, hidden, ..., output]. */
export function forward(network, x, n) {
  const seen = [x];
  network.forEach((layer, k) => {
    const y = linear(layer, seen[k], n);
    seen.push(k < network.length - 1 ? y.map(Math.tanh) : y);
  });
  return seen;
}

/** From the slope of the loss at the output, its slopes at all weights, layer by layer, and at the input. */
export function backward(network, seen, slope, n) {
  const slopes = [];
  let above = slope;
  for (let k = network.length - 1; k >= 0; k -= 1) {
    const { inputs, outputs, w } = network[k];
    const [x, dw, db, below] = [seen[k], new Float64Array(w.length), new Float64Array(outputs), new Float64Array(n * inputs)];
    for (let r = 0; r < n; r += 1)
      for (let o = 0; o < outputs; o += 1) {
        const s = above[r * outputs + o];
        db[o] += s;
        for (let i = 0; i < inputs; i += 1) {
          dw[o * inputs + i] += s * x[r * inputs + i];
          below[r * inputs + i] += s * w[o * inputs + i];
        }
      }
    slopes.unshift({ w: dw, b: db });
    above = k > 0 ? below.map((s, i) => s * (1 - x[i] ** 2)) : below; // tanh' = 1 - tanh^2
  }
  return { slopes, input: above };
}

/** The memory of Adam: averages of slopes and of their squares. */
export function createAdam(network) {
  const zeros = () => network.map(({ w, b }) => ({ w: new Float64Array(w.length), b: new Float64Array(b.length) }));
  return { step: 0, first: zeros(), second: zeros() };
}

/** One update of Adam (Kingma and Ba 2015) with the given step size, in place. */
export function adam(memory, network, slopes, size) {
  memory.step += 1;
  const [left, right] = BETAS.map((beta) => 1 - beta ** memory.step);
  network.forEach((layer, k) => {
    for (const part of ["w", "b"]) {
      const [m, v, s] = [memory.first[k][part], memory.second[k][part], slopes[k][part]];
      for (let i = 0; i < s.length; i += 1) {
        m[i] = BETAS[0] * m[i] + (1 - BETAS[0]) * s[i];
        v[i] = BETAS[1] * v[i] + (1 - BETAS[1]) * s[i] * s[i];
        layer[part][i] -= ((size / left) * m[i]) / (Math.sqrt(v[i] / right) + EPS);
      }
    }
  });
}
