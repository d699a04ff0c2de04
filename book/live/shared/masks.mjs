/**
 * The masks of MADE (Germain et al., 2015), as `genbook.nn.masks` builds them.
 *
 * Every unit has a degree. An input's degree is its place in the ordering, counted from 1. A connection from a unit
 * of degree a to one of degree b exists where a <= b, and into an output only where a < b.
 */

/** The degree of each input: its place in the ordering, from 1. `order[t]` is the input that comes t-th. */
export function inputDegrees(order) {
  const degrees = new Array(order.length);
  order.forEach((variable, place) => {
    degrees[variable] = place + 1;
  });
  return degrees;
}

/**
 * Degrees of `width` hidden units, spread evenly over 1, ..., D - 1 and sorted.
 *
 * The single-precision steps of `torch.linspace` and the rounding of halves to even are kept, so that the degrees
 * are the same also where a unit falls halfway between two of them.
 */
export function hiddenDegrees(dimensions, width) {
  const last = Math.max(dimensions - 1, 1);
  if (width === 1) return [1];
  const step = Math.fround((last - 1) / (width - 1));
  return Array.from({ length: width }, (_, k) => {
    const fromLeft = k < Math.floor(width / 2);
    const value = fromLeft ? 1 + Math.fround(step * k) : last - Math.fround(step * (width - k - 1));
    return roundHalfToEven(Math.fround(value));
  });
}

function roundHalfToEven(value) {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below + (below % 2);
  return rest < 0.5 ? below : below + 1;
}

/** Matrix (outputs x inputs) of 0 and 1: `below[i]` may feed `above[j]`. */
export function mask(below, above, strict) {
  return above.map((b) => below.map((a) => Number(strict ? a < b : a <= b)));
}

/** All degrees and masks of a network; `leak` uses the non-strict mask at the output: the deliberate mistake. */
export function network({ order, widths, leak = false, direct = false }) {
  const inputs = inputDegrees(order);
  const degrees = [inputs, ...widths.map((width) => hiddenDegrees(order.length, width)), inputs];
  const masks = degrees.slice(1).map((above, layer) => mask(degrees[layer], above, layer === widths.length && !leak));
  return { degrees, masks, direct: direct ? mask(inputs, inputs, true) : null };
}

/** Matrix product of two arrays of rows. */
export function multiply(a, b) {
  return a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
}

/** Number of paths from each input (column) to each output (row). */
export function pathCounts({ masks, direct }) {
  const through = masks.reduce((product, layer) => multiply(layer, product), identity(masks[0][0].length));
  if (!direct) return through;
  return through.map((row, i) => row.map((paths, j) => paths + direct[i][j]));
}

function identity(n) {
  return Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
}

/** For each layer, which units lie on a path that runs through unit `unit` of layer `layer`. */
export function connected({ masks, direct }, layer, unit) {
  const on = [masks[0][0].map(() => false), ...masks.map((rows) => rows.map(() => false))];
  on[layer][unit] = true;
  for (let l = layer; l > 0; l -= 1) {
    on[l - 1] = on[l - 1].map((_, j) => masks[l - 1].some((row, i) => on[l][i] && row[j]));
  }
  for (let l = layer; l < masks.length; l += 1) {
    on[l + 1] = on[l + 1].map((_, i) => masks[l][i].some((edge, j) => on[l][j] && edge));
  }
  const top = masks.length;
  if (direct && layer === top) on[0] = on[0].map((lit, j) => lit || direct[unit][j] === 1);
  if (direct && layer === 0) on[top] = on[top].map((lit, i) => lit || direct[i][unit] === 1);
  return on;
}

/** What the matrix of path counts says: dependencies that exist, are missing, or must not exist. */
export function audit(counts, degrees) {
  let [present, missing, forbidden] = [0, 0, 0];
  counts.forEach((row, i) =>
    row.forEach((paths, j) => {
      const allowed = degrees[j] < degrees[i];
      if (allowed && paths > 0) present += 1;
      if (allowed && paths === 0) missing += 1;
      if (!allowed && paths > 0) forbidden += 1;
    }),
  );
  return { present, missing, forbidden };
}
