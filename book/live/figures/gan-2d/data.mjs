/** Modes on a ring, a grid or a line, draws from them, and how many of them a generator covers. */

export const NOISE = 0.1; // standard deviation of a mode
const REACH = 3; // in standard deviations: what is nearer to a mode than that is a good draw

const row = (count, span) => Array.from({ length: count }, (_, k) => -span + (2 * span * k) / (count - 1));

export const MODES = {
  ring: Array.from({ length: 8 }, (_, k) => [1.5 * Math.cos((k * Math.PI) / 4), 1.5 * Math.sin((k * Math.PI) / 4)]),
  grid: row(3, 1.5).flatMap((x) => row(3, 1.5).map((y) => [x, y])),
  line: row(5, 1.8).map((x) => [x, 0]),
};

/** n numbers from the standard normal distribution, from uniform ones (Box and Muller). */
export function normals(n, draw) {
  return Float64Array.from({ length: n }, () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw()));
}

/** n draws from equal Gaussians on the modes, row after row. */
export function drawData(modes, n, draw) {
  const x = normals(2 * n, draw);
  for (let r = 0; r < n; r += 1) {
    const mode = modes[Math.floor(draw() * modes.length)];
    for (const i of [0, 1]) x[2 * r + i] = mode[i] + NOISE * x[2 * r + i];
  }
  return x;
}

/** Good draws at each mode, how many modes have at least `least` of them, and the share of good draws. */
export function coverage(x, modes, least) {
  const counts = modes.map(() => 0);
  for (let r = 0; r < x.length / 2; r += 1) {
    const away = modes.map(([a, b]) => Math.hypot(x[2 * r] - a, x[2 * r + 1] - b));
    const nearest = away.indexOf(Math.min(...away));
    if (away[nearest] <= REACH * NOISE) counts[nearest] += 1;
  }
  const good = (2 * counts.reduce((a, b) => a + b, 0)) / x.length;
  return { counts, good, covered: counts.filter((count) => count >= least).length };
}
