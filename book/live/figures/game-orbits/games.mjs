/**
 * Games of two numbers, w = [theta, phi]: the gradients v of both players, the Jacobian of v, and the steps that
 * follow them. `genbook.gan.dynamics` and `genbook.gan.small_games` compute the same.
 */

import { sigmoid } from "../gan-divergences/divergences.mjs";

export const CONSENSUS = 0.5; // weight of the consensus term

/** v and its Jacobian, rows first; `weight` is that of R1, weight phi^2 / 2 in the critic's loss. */
const GAMES = {
  xy: {
    field: ([theta, phi], weight) => [phi, -theta + weight * phi],
    jacobian: (_, weight) => [[0, 1], [-1, weight]],
  },
  minimax: dirac(
    (s) => -s,
    (slope) => -slope,
  ),
  nonSaturating: dirac(
    (s) => s - 1,
    (slope) => slope,
  ),
};

/** The Dirac-GAN: `pull(s)` is the slope of the generator's loss by the score, `bend` its curvature; s = sigmoid(score). */
function dirac(pull, bend) {
  return {
    field([theta, phi], weight) {
      const s = sigmoid(theta * phi);
      return [pull(s) * phi, s * theta + weight * phi];
    },
    jacobian([theta, phi], weight) {
      const s = sigmoid(theta * phi);
      const slope = s * (1 - s);
      const curve = bend(slope);
      return [
        [curve * phi * phi, pull(s) + curve * theta * phi],
        [s + slope * theta * phi, slope * theta * theta + weight],
      ];
    },
  };
}

const along = (w, v, size) => [w[0] + size * v[0], w[1] + size * v[1]];
const transposed = ([[a, b], [c, d]], [x, y]) => [a * x + c * y, b * x + d * y];
const times = ([[a, b], [c, d]], [[e, f], [g, h]]) => [
  [a * e + b * g, a * f + b * h],
  [c * e + d * g, c * f + d * h],
];

/** A game of the figure, with its weight of R1. */
export function game(name, weight) {
  const { field, jacobian } = GAMES[name];
  return { field: (w) => field(w, weight), jacobian: (w) => jacobian(w, weight) };
}

/** Steps: (game, w, before, lr) -> w; `before` is the state one step earlier. */
export const STEPS = {
  simultaneous: ({ field }, w, before, lr) => along(w, field(w), -lr),
  alternating({ field }, [theta, phi], before, lr) {
    const next = phi - lr * field([theta, phi])[1];
    return [theta - lr * field([theta, next])[0], next];
  },
  extragradient: ({ field }, w, before, lr) => along(w, field(along(w, field(w), -lr)), -lr),
  optimistic: ({ field }, w, before, lr) => along(along(w, field(w), -2 * lr), field(before), lr),
  consensus({ field, jacobian }, w, before, lr) {
    const v = field(w);
    return along(along(w, v, -lr), transposed(jacobian(w), v), -lr * CONSENSUS);
  },
};

/** The eigenvalues of a real 2 x 2 matrix as [re, im]. */
export function eigenvalues([[a, b], [c, d]]) {
  const half = (a + d) / 2;
  const inside = half * half - (a * d - b * c);
  const root = Math.sqrt(Math.abs(inside));
  return inside >= 0 ? [[half + root, 0], [half - root, 0]] : [[half, root], [half, -root]];
}

function complexRoot([re, im]) {
  const size = Math.hypot(re, im);
  const half = Math.sqrt((size + Math.abs(re)) / 2);
  if (half === 0) return [0, 0];
  if (re >= 0) return [half, im / (2 * half)];
  return [Math.abs(im) / (2 * half), im < 0 ? -half : half];
}

/** The larger modulus of the roots m of m^2 - (1 - 2 lr e) m - lr e = 0, where e is an eigenvalue of the game. */
function optimisticModulus([re, im], lr) {
  const b = [1 - 2 * lr * re, -2 * lr * im];
  const inside = [b[0] * b[0] - b[1] * b[1] + 4 * lr * re, 2 * b[0] * b[1] + 4 * lr * im];
  const root = complexRoot(inside);
  return Math.max(...[1, -1].map((sign) => Math.hypot(b[0] + sign * root[0], b[1] + sign * root[1]) / 2));
}

/** The matrix of a step at the origin, for a game with the Jacobian j there. */
const MATRICES = {
  simultaneous: ([[a, b], [c, d]], lr) => [[1 - lr * a, -lr * b], [-lr * c, 1 - lr * d]],
  alternating: ([[a, b], [c, d]], lr) => [[1 - lr * a + lr * lr * b * c, -lr * b * (1 - lr * d)], [-lr * c, 1 - lr * d]],
  extragradient(j, lr) {
    const [[a, b], [c, d]] = times(j, j);
    const [[e, f], [g, h]] = j;
    return [[1 - lr * e + lr * lr * a, -lr * f + lr * lr * b], [-lr * g + lr * lr * c, 1 - lr * h + lr * lr * d]];
  },
  consensus(j, lr) {
    const [[a, b], [c, d]] = times([[j[0][0], j[1][0]], [j[0][1], j[1][1]]], j);
    const [[e, f], [g, h]] = j;
    return [[1 - lr * (e + CONSENSUS * a), -lr * (f + CONSENSUS * b)], [-lr * (g + CONSENSUS * c), 1 - lr * (h + CONSENSUS * d)]];
  },
};

/** The spectral radius of a step at the equilibrium, the origin. */
export function spectralRadius(played, method, lr) {
  const j = played.jacobian([0, 0]);
  if (method === "optimistic") return Math.max(...eigenvalues(j).map((e) => optimisticModulus(e, lr)));
  return Math.max(...eigenvalues(MATRICES[method](j, lr)).map(([re, im]) => Math.hypot(re, im)));
}
