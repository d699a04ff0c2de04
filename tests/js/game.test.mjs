/** The game that trains in the browser plays the rounds that genbook plays. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MODES, NOISE, coverage, drawData, normals } from "../../book/live/figures/gan-2d/data.mjs";
import { LOSSES, beliefs, createGame, criticStep, generatorStep, playRound } from "../../book/live/figures/gan-2d/game.mjs";
import { backward, countWeights, createNetwork, forward } from "../../book/live/figures/gan-2d/network.mjs";
import { OUTCOMES, outcome, question, report, verdict } from "../../book/live/figures/gan-2d/words.mjs";
import { uniforms } from "../../book/live/shared/random.mjs";
import { close, fixture } from "./fixture.mjs";

const expected = fixture("gan-2d");

function furnish(network, layers) {
  network.forEach((layer, k) => {
    layer.w = Float64Array.from(layers[k].w);
    layer.b = Float64Array.from(layers[k].b);
  });
}

for (const [loss, run] of Object.entries(expected.rounds)) {
  test(`three rounds with two critic steps each as by fit_adversarial and Adam in float64: ${loss}`, () => {
    const game = createGame(uniforms(1), expected.sizes);
    for (const name of ["generator", "critic"]) furnish(game[name], run.before[name]);
    const [x, z] = [run.x.map((rows) => Float64Array.from(rows)), run.z.map((rows) => Float64Array.from(rows))];
    run.losses.generator.forEach((value, round) => {
      let last = null;
      for (const k of [0, 1]) last = criticStep(game, loss, x[2 * round + k], z[3 * round + k], 0.01);
      close([last], [run.losses.critic[round]], 1e-6, "critic loss");
      close([generatorStep(game, loss, z[3 * round + 2], 0.01)], [value], 1e-6, "generator loss");
    });
    for (const name of ["generator", "critic"]) {
      game[name].forEach((layer, k) => {
        close(layer.w, run.after[name][k].w, 1e-6, `${name} ${k}`);
        close(layer.b, run.after[name][k].b, 1e-6, `${name} ${k}`);
      });
    }
    const n = x[0].length / 2;
    close(forward(game.critic, x[0], n).at(-1), run.scores, 1e-6, "scores");
    close(beliefs(game, loss, x[0]), run.scores.map(LOSSES[loss].belief), 1e-6, "belief");
  });
}

test("slopes are those of finite differences", () => {
  const draw = uniforms(3);
  const network = createNetwork([2, 4, 3, 1], draw);
  const x = normals(10, draw);
  const total = () => forward(network, x, 5).at(-1).reduce((sum, y) => sum + y ** 3 / 3, 0);
  const seen = forward(network, x, 5);
  const { slopes, input } = backward(network, seen, seen.at(-1).map((y) => y ** 2), 5);
  const differences = (numbers) =>
    Array.from(numbers, (value, i) => {
      const at = (moved) => ((numbers[i] = moved), total());
      const slope = (at(value + 1e-5) - at(value - 1e-5)) / 2e-5;
      numbers[i] = value;
      return slope;
    });
  network.forEach((layer, k) => {
    for (const part of ["w", "b"]) close(slopes[k][part], differences(layer[part]), 1e-5, `${part} ${k}`);
  });
  close(input, differences(x), 1e-5, "input");
});

test("losses stay finite at scores of 1000, and their slopes are right there", () => {
  for (const { real, fake, generator } of Object.values(LOSSES))
    for (const [value, slope] of [real, fake, generator])
      for (const s of [-1000, -2, 0.3, 1000]) {
        assert.ok(Number.isFinite(value(s)) && Number.isFinite(slope(s)));
        close([slope(s)], [(value(s + 1e-4) - value(s - 1e-4)) / 2e-4], 1e-3);
      }
});

test("modes are counted as genbook counts them", () => {
  const { x, modes, counts, covered, good } = expected.coverage;
  const found = coverage(x, modes, 12);
  assert.deepEqual(found.counts, counts);
  assert.equal(found.covered, covered);
  close([found.good], [good], 1e-12);
});

test("data lie on their modes", () => {
  for (const modes of Object.values(MODES)) {
    const { counts, good } = coverage(drawData(modes, 4000, uniforms(2)), modes, 1);
    assert.ok(good > 0.98 && counts.every((count) => count > (0.8 * 4000) / modes.length));
  }
  const z = normals(40000, uniforms(4));
  const spread = Math.hypot(...z) / 200;
  assert.ok(Math.abs(spread - 1) < 0.02 && NOISE === 0.1);
});

test("a few hundred weights a player; the same seed plays the same game; a ring is learnt", () => {
  const play = (seed, rounds) => {
    const draw = uniforms(seed);
    const game = createGame(draw);
    for (let k = 0; k < rounds; k += 1) playRound(game, { loss: "minimax", size: 0.005, critics: 1 }, (n) => drawData(MODES.ring, n, draw), (n) => normals(2 * n, draw));
    return game;
  };
  const [first, again] = [play(1, 20), play(1, 20)];
  assert.deepEqual(first.generator, again.generator);
  assert.deepEqual([countWeights(first.generator), countWeights(first.critic)], [354, 337]);
  const draws = (game) => forward(game.generator, normals(2000, uniforms(9)), 1000).at(-1);
  const { covered, good } = coverage(draws(play(1, 1500)), MODES.ring, 20);
  assert.ok(covered >= 6 && good > 0.6, `${covered} modes, ${good} good`);
  assert.ok(coverage(draws(first), MODES.ring, 20).covered < 3);
});

test("words", () => {
  assert.deepEqual(OUTCOMES.map(([name]) => name), ["all", "some", "few"]);
  assert.deepEqual([outcome(8, 8), outcome(3, 8), outcome(2, 8)], ["all", "some", "few"]);
  assert.match(question(9, 500), /9 modes.*after 500 rounds/);
  assert.equal(verdict("some", 4, 8)[0], "Right. ");
  assert.match(verdict("all", 1, 8).join(""), /^Not so\. Covered: two at most \(1 of 8\)/);
  assert.match(verdict(null, 8, 8).join(""), /no prediction.*all of them/);
  assert.match(report({ rounds: 5, covered: 3, modes: 8, good: 0.256, least: 10, draws: 400 }), /After 5 rounds: 3 of 8 .* 26 % of the draws good/);
});
