/**
 * Seeded random numbers: sfc32 by Chris Doty-Humphrey (PractRand), seeded by splitmix32.
 *
 * The stream is the same in every browser. It is not PyTorch's: where a figure must agree with `genbook` draw by
 * draw, both are given the same uniform numbers.
 */

function splitmix32(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/** A function that returns uniform numbers in the open interval (0, 1), the same ones for the same seed. */
export function uniforms(seed) {
  const next = splitmix32(seed);
  let [a, b, c, counter] = [next(), next(), next(), 1];
  const draw = () => {
    const sum = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = ((c << 21) | (c >>> 11)) >>> 0;
    c = (c + sum) >>> 0;
    return (sum + 0.5) / 4294967296;
  };
  for (let warmUp = 0; warmUp < 12; warmUp += 1) draw();
  return draw;
}

/** A random permutation of 0, ..., n - 1 (Fisher and Yates). */
export function permutation(n, draw) {
  const items = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i -= 1) {
    const j = Math.floor(draw() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
