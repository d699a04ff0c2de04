/** The game: losses as functions of the critic's scores, and one round of updates. */

import { adam, backward, createAdam, createNetwork, forward } from "./network.mjs";

export const HIDDEN = 16;
export const BATCH = 64;

const sigmoid = (score) => 1 / (1 + Math.exp(-score));
const softplus = (score) => Math.max(score, 0) + Math.log1p(Math.exp(-Math.abs(score)));

const CLASSIFIER = {
  real: [(s) => softplus(-s), (s) => -sigmoid(-s)],
  fake: [softplus, sigmoid],
  belief: sigmoid,
};

/** For each loss, value and slope of a score's part: of real ones and of fakes for the critic, of fakes for the generator. */
export const LOSSES = {
  minimax: { ...CLASSIFIER, generator: [(s) => -softplus(s), (s) => -sigmoid(s)] },
  "non-saturating": { ...CLASSIFIER, generator: [(s) => softplus(-s), (s) => -sigmoid(-s)] },
  "least squares": {
    real: [(s) => (s - 1) ** 2 / 2, (s) => s - 1],
    fake: [(s) => s ** 2 / 2, (s) => s],
    generator: [(s) => (s - 1) ** 2 / 2, (s) => s - 1],
    belief: (s) => Math.min(1, Math.max(0, s)),
  },
};

/** Two players with fresh weights; `sizes` are the widths between the plane and the outputs. */
export function createGame(draw, sizes = [HIDDEN, HIDDEN]) {
  const [generator, critic] = [createNetwork([2, ...sizes, 2], draw), createNetwork([2, ...sizes, 1], draw)];
  return { generator, critic, memories: { generator: createAdam(generator), critic: createAdam(critic) }, rounds: 0 };
}

const mean = (scores, part) => scores.reduce((sum, s) => sum + part(s), 0) / scores.length;

function slopesOf(critic, x, [, slope]) {
  const n = x.length / 2;
  const seen = forward(critic, x, n);
  const { slopes, input } = backward(critic, seen, seen.at(-1).map((s) => slope(s) / n), n);
  return { slopes, input, scores: seen.at(-1) };
}

const added = (a, b) => a.map((layer, k) => ({ w: layer.w.map((s, i) => s + b[k].w[i]), b: layer.b.map((s, i) => s + b[k].b[i]) }));

/** Move the critic once, on data x and noise z (n rows of two each); returns its loss before the step. */
export function criticStep(game, loss, x, z, size) {
  const { real, fake } = LOSSES[loss];
  const onData = slopesOf(game.critic, x, real);
  const onDraws = slopesOf(game.critic, forward(game.generator, z, z.length / 2).at(-1), fake);
  adam(game.memories.critic, game.critic, added(onData.slopes, onDraws.slopes), size);
  return mean(onData.scores, real[0]) + mean(onDraws.scores, fake[0]);
}

/** Move the generator once, on noise z; the slope comes back through the critic, which stays. */
export function generatorStep(game, loss, z, size) {
  const n = z.length / 2;
  const { generator } = LOSSES[loss];
  const seen = forward(game.generator, z, n);
  const { input, scores } = slopesOf(game.critic, seen.at(-1), generator);
  adam(game.memories.generator, game.generator, backward(game.generator, seen, input, n).slopes, size);
  return mean(scores, generator[0]);
}

/** A round: `critics` updates of the critic on fresh batches, then one of the generator. `data(n)` and `noise(n)` draw. */
export function playRound(game, { loss, size, critics }, data, noise) {
  for (let k = 0; k < critics; k += 1) criticStep(game, loss, data(BATCH), noise(BATCH), size);
  generatorStep(game, loss, noise(BATCH), size);
  game.rounds += 1;
}

/** D at points of the plane: the probability of "real", or the least-squares score cut to [0, 1]. */
export function beliefs(game, loss, points) {
  return forward(game.critic, points, points.length / 2).at(-1).map(LOSSES[loss].belief);
}
