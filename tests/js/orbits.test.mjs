/** The figures of the adversarial game compute what genbook computes: divergences, slopes, steps, spectral radii. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { bestCritic, descended, erf, measure } from "../../book/live/figures/gan-divergences/divergences.mjs";
import { number, report as divergenceReport, truth, verdict as divergenceVerdict } from "../../book/live/figures/gan-divergences/words.mjs";
import { BOUNDS, follow } from "../../book/live/figures/gan-divergences.mjs";
import { STEPS, eigenvalues, game, spectralRadius } from "../../book/live/figures/game-orbits/games.mjs";
import { fromPlane, toPlane } from "../../book/live/figures/game-orbits/plot.mjs";
import { outcome, report as orbitReport, verdict as orbitVerdict } from "../../book/live/figures/game-orbits/words.mjs";
import { close, fixture } from "./fixture.mjs";

for (const [name, { pair, jsd, w1, slopes, critic, points }] of Object.entries(fixture("gan-divergences"))) {
  const [width, mean, scale] = pair;
  const [p, q] = [{ mean: 0, scale: width }, { mean, scale }];

  test(`pair ${name}: JSD, W1, three slopes and the best critic`, () => {
    const found = measure(p, q);
    close([found.jsd, found.w1], [jsd, w1], 1e-6, "divergences");
    close([found.slopes.minimax, found.slopes.nonSaturating, found.slopes.wasserstein], slopes, 1e-6, "slopes");
    close(points.map((x) => bestCritic(x, p, q)), critic, 1e-9, "critic");
  });
}

for (const [name, { game: kind, weight, orbits }] of Object.entries(fixture("game-orbits"))) {
  const played = game(kind, weight);

  test(`${name}: orbits and spectral radii of every method`, () => {
    for (const { method, lr, states, radius } of orbits) {
      let [before, now] = [states[0], states[0]];
      for (const expected of states.slice(1)) {
        const next = STEPS[method](played, now, before, lr);
        close(next, expected, 1e-6, `${method}, ${lr}`);
        [before, now] = [now, next];
      }
      assert.ok(Math.abs(spectralRadius(played, method, lr) - radius) < 1e-6, `${method}, ${lr}: ${radius}`);
    }
  });
}

test("the error function", () => {
  close([0, 0.3, -1, 2.5, 4, 9].map(erf), [0, 0.3286267594591274, -0.8427007929497149, 0.999593047982555, 0.9999999845827421, 1], 1e-12);
});

test("far away only the slope of minimax dies, and its descent stays where it is", () => {
  const [p, q] = [{ mean: 0, scale: 0.5 }, { mean: 6, scale: 0.5 }];
  const { slopes } = measure(p, q);
  assert.ok(slopes.minimax < 1e-6 && slopes.nonSaturating > 20 && slopes.wasserstein === 1);
  assert.ok(follow(p, q, "minimax").mean > 5.9);
  assert.ok(Math.abs(follow(p, q, "nonSaturating").mean) < 0.3);
  assert.ok(Math.abs(follow(p, q, "wasserstein").mean) < 0.3);
});

test("no step is longer than a quarter, and q stays inside its bounds", () => {
  for (const loss of ["minimax", "nonSaturating", "wasserstein"]) {
    const q = { mean: -7.5, scale: 0.2 };
    assert.ok(Math.abs(descended({ mean: 0, scale: 0.2 }, q, loss).mean - q.mean) <= 0.25);
    follow({ mean: 0, scale: 0.2 }, q, loss, ({ mean }) => assert.ok(Math.abs(mean) <= BOUNDS.mean[1]));
  }
});

test("eigenvalues, real and complex", () => {
  assert.deepEqual(eigenvalues([[2, 0], [0, -3]]), [[2, 0], [-3, 0]]);
  assert.deepEqual(eigenvalues([[1, -0.5], [0.5, 1]]), [[1, 0.5], [1, -0.5]]);
});

test("from the plane of the figure and back", () => {
  close(fromPlane(toPlane([1.2, -0.7])), [1.2, -0.7], 1e-12);
});

test("words about orbits", () => {
  const long = (end) => [...Array(20).fill(1), ...Array(20).fill(end)];
  assert.deepEqual([0.1, 1, 5, NaN].map((end) => outcome(long(end))), ["in", "stay", "out", "out"]);
  assert.equal(orbitVerdict("in", "in")[0], "Right. ");
  assert.equal(orbitVerdict("in", "out")[0], "Not so. ");
  assert.match(orbitVerdict(null, "stay")[0], /kept its distance.*no prediction/);
  const at = (radius) => orbitReport({ steps: 3, w: [3, -4], radius });
  assert.match(at(1), /After 3 steps θ = 3\.00, φ = −4\.00, at a distance of 5\.000.*neither shrinks/);
  assert.match(at(0.9), /shrinks/);
  assert.match(at(1.02), /grows/);
});

test("words about divergences", () => {
  assert.deepEqual([0, 0.0123456, 44.123, -1e-9].map(number), ["0.000", "0.012", "44.1", "−1.0e−9"]);
  assert.equal(truth({ minimax: false, nonSaturating: true, wasserstein: true }), "butMinimax");
  assert.equal(truth({ minimax: true, nonSaturating: true, wasserstein: true }), "all");
  assert.equal(truth({ minimax: false, nonSaturating: false, wasserstein: true }), "wasserstein");
  assert.equal(truth({ minimax: true, nonSaturating: false, wasserstein: true }), "other");
  assert.equal(divergenceVerdict("all", "butMinimax")[0], "Not so. ");
  assert.equal(divergenceVerdict("all", "all")[0], "Right. ");
  assert.match(divergenceVerdict(null, "all")[0], /no prediction/);
  const q = { mean: -2, scale: 1 };
  const slopes = { minimax: 1e-7, nonSaturating: 3, wasserstein: 1 };
  assert.match(divergenceReport(q, { jsd: 0.693, w1: 2, slopes }), /mean −2\.000.*all but certain/);
  assert.match(divergenceReport(q, { jsd: 0.001, w1: 2, slopes }), /can only guess/);
  assert.match(divergenceReport(q, { jsd: 0.3, w1: 2, slopes }), /unsure where/);
});
