/** Nearest codes, running means, revival, perplexity and cells in the plane. Points and codes are pairs [x, y]. */

const SMALLEST = 2.2250738585072014e-308; // a normal number

const square = ([a, b], [x, y]) => (a - x) ** 2 + (b - y) ** 2;

/** The number of the nearest code for every point. */
export function nearest(points, codes) {
  return points.map((point) => {
    let best = 0;
    codes.forEach((code, k) => {
      if (square(point, code) < square(point, codes[best])) best = k;
    });
    return best;
  });
}

/** A codebook at its beginning: every code counts as used once. */
export function begin(codes) {
  return { codes: codes.map((code) => [...code]), counts: codes.map(() => 1), sums: codes.map((code) => [...code]) };
}

/** The codebook with code k in another place, as if it had always been there. */
export function moved(state, k, place) {
  const swap = (list, value) => list.map((old, i) => (i === k ? value : old));
  return { codes: swap(state.codes, place), counts: swap(state.counts, 1), sums: swap(state.sums, [...place]) };
}

/**
 * One update of running counts, sums and means with all points as the batch. `below` is the count under which a code
 * is moved to the point `picks[k]`; 0 revives nobody.
 */
export function update({ codes, counts, sums }, points, { decay, below, picks }) {
  const used = codes.map(() => 0);
  const total = codes.map(() => [0, 0]);
  nearest(points, codes).forEach((k, i) => {
    used[k] += 1;
    total[k][0] += points[i][0];
    total[k][1] += points[i][1];
  });
  const mix = (old, value) => decay * old + (1 - decay) * value;
  const next = { codes: [], counts: [], sums: [] };
  codes.forEach((code, k) => {
    const count = mix(counts[k], used[k]);
    const sum = [0, 1].map((axis) => mix(sums[k][axis], total[k][axis]));
    const dead = count < below;
    const place = count > SMALLEST ? sum.map((value) => value / count) : code;
    next.codes.push(dead ? [...points[picks[k]]] : place);
    next.counts.push(dead ? 1 : count);
    next.sums.push(dead ? [...points[picks[k]]] : sum);
  });
  return next;
}

/** How a codebook serves the points: choices, uses of every code, codes in use, perplexity, mean squared error. */
export function service(points, codes) {
  const choices = nearest(points, codes);
  const uses = codes.map(() => 0);
  let error = 0;
  choices.forEach((k, i) => {
    uses[k] += 1;
    error += square(points[i], codes[k]) / points.length;
  });
  const entropy = uses.filter((n) => n > 0).reduce((sum, n) => sum - (n / points.length) * Math.log(n / points.length), 0);
  return { choices, uses, used: uses.filter((n) => n > 0).length, perplexity: Math.exp(entropy), error };
}

/** The part of a convex polygon that is nearer to `a` than to `b`. */
function nearer(polygon, a, b) {
  const side = (point) => square(point, b) - square(point, a); // linear in the point, positive on the side of a
  return polygon.flatMap((point, i) => {
    const next = polygon[(i + 1) % polygon.length];
    const [here, there] = [side(point), side(next)];
    const cut = here / (here - there);
    const crossing = [0, 1].map((axis) => point[axis] + cut * (next[axis] - point[axis]));
    return [...(here >= 0 ? [point] : []), ...(here >= 0 !== there >= 0 ? [crossing] : [])];
  });
}

/** The cell of every code within the square from -size to size, as a polygon; empty where codes coincide. */
export function cells(codes, size) {
  const box = [[-size, -size], [size, -size], [size, size], [-size, size]];
  const same = (a, b) => a[0] === b[0] && a[1] === b[1];
  return codes.map((code, k) => {
    if (codes.slice(0, k).some((other) => same(other, code))) return [];
    return codes.reduce((cell, other) => (same(other, code) ? cell : nearer(cell, code, other)), box);
  });
}
