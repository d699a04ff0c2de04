/**
 * An increasing rational-quadratic spline through knots { x, z, slope } and z = x beyond them (Durkan et al. 2019).
 * `genbook.flows.RationalQuadratic` computes the same from raw parameters.
 */

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** The number of the last of the `ends` that is not above `value`, the last end itself left out. */
function bin(ends, value) {
  let k = 0;
  while (k < ends.length - 2 && value >= ends[k + 1]) k += 1;
  return k;
}

function corner({ x, z, slope }, k) {
  const [width, height] = [x[k + 1] - x[k], z[k + 1] - z[k]];
  return { x0: x[k], z0: z[k], width, height, mean: height / width, d0: slope[k], d1: slope[k + 1] };
}

function inBin({ z0, height, mean, d0, d1 }, t) {
  const both = t * (1 - t);
  const bottom = mean + (d0 + d1 - 2 * mean) * both;
  const rate = d1 * t * t + 2 * mean * both + d0 * (1 - t) ** 2;
  return { value: z0 + (height * (mean * t * t + d0 * both)) / bottom, slope: (mean / bottom) ** 2 * rate };
}

function outside(ends, value) {
  return value <= ends[0] || value >= ends[ends.length - 1];
}

/** z = f(x) and f'(x). */
export function forward(knots, x) {
  if (outside(knots.x, x)) return { value: x, slope: 1 };
  const now = corner(knots, bin(knots.x, x));
  return inBin(now, (x - now.x0) / now.width);
}

/** x = f^-1(z), the root of a quadratic, written so that no digits cancel. */
export function inverse(knots, z) {
  if (outside(knots.z, z)) return z;
  const { x0, z0, width, height, mean, d0, d1 } = corner(knots, bin(knots.z, z));
  const rise = z - z0;
  const bend = rise * (d0 + d1 - 2 * mean);
  const linear = height * d0 - bend;
  const root = Math.sqrt(Math.max(0, linear ** 2 + 4 * (height * (mean - d0) + bend) * mean * rise));
  return x0 + (2 * mean * rise * width) / (linear + root);
}

/** log N(z; 0, 1) in nats. */
export function logNormal(z) {
  return -0.5 * z * z - HALF_LOG_TWO_PI;
}

/** log p(x) = log N(f(x); 0, 1) + log f'(x), in nats. */
export function logProb(knots, x) {
  const { value, slope } = forward(knots, x);
  return logNormal(value) + Math.log(slope);
}

/** The mass of x between -reach and reach, by the midpoint rule on n cells between every two knots and beyond them. */
export function totalMass(knots, reach = 8, n = 400) {
  const ends = [-reach, ...knots.x, reach];
  let total = 0;
  for (let k = 0; k + 1 < ends.length; k += 1) {
    const cell = (ends[k + 1] - ends[k]) / n;
    for (let i = 0; i < n; i += 1) total += Math.exp(logProb(knots, ends[k] + (i + 0.5) * cell)) * cell;
  }
  return total;
}
