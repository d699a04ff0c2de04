/** The samplers of the live figure walk the paths of genbook's, and the distance is that of its formula. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { MIXTURE, calls, quantiles, walk, wasserstein } from "../../book/live/figures/sampler-paths/walk.mjs";
import { STEPS, asked, closest, report, verdict } from "../../book/live/figures/sampler-paths/words.mjs";
import { close, fixture } from "./fixture.mjs";

const { runs, quantiles: expected, draws, distance } = fixture("sampler-paths");

for (const { sampler, steps, eta, noise, paths } of runs) {
  test(`${sampler} in ${steps} steps with eta ${eta} is genbook's`, () => {
    const found = walk(sampler, paths.map((path) => path[0]), { steps, eta, noise });
    found.forEach((path, i) => close(path, paths[i], 1e-6, `start ${i}`));
  });
}

test("a walk with other noise, or with more of it, is another walk", () => {
  const { sampler, steps, eta, noise, paths } = runs[1];
  const starts = paths.map((path) => path[0]);
  for (const wrong of [{ steps, eta, noise: noise.slice(1) }, { steps, eta: 0.6, noise }]) {
    assert.throws(() => walk(sampler, starts, wrong).forEach((path, i) => close(path, paths[i], 1e-6)));
  }
});

test("quantiles and distance", () => {
  close(quantiles(MIXTURE, expected.length), expected, 1e-6);
  close([wasserstein(draws, expected)], [distance], 1e-6);
});

test("the flow without noise ends near the truth in many steps, and not in few", () => {
  const starts = quantiles([{ weight: 1, mean: 0, variance: 1 }], 500);
  const truth = quantiles(MIXTURE, 500);
  const off = (steps) => wasserstein(walk("heun", starts, { steps }).map((path) => path[steps]), truth);
  assert.ok(off(60) < 0.01 && off(6) > 0.1);
});

test("Heun asks twice a step", () => {
  assert.deepEqual([calls("heun", 10), calls("ddim", 10), calls("dpm", 10)], [20, 10, 10]);
});

test("the question is answered where it was asked, and only there", () => {
  assert.ok(asked({ sampler: "dpm", steps: STEPS, eta: 0 }) && asked({ sampler: "ddim", steps: STEPS, eta: 1 }));
  assert.ok(!asked({ sampler: "ddim", steps: STEPS, eta: 0 }) && !asked({ sampler: "dpm", steps: 20, eta: 0 }));
  const found = { quiet: 0.14, noisy: 0.16, dpm: 0.03 };
  assert.equal(closest(found), "dpm");
  assert.match(verdict("dpm", found).join(""), /^Right\. .*DPM-Solver\+\+ 0\.030/);
  assert.match(verdict("quiet", found).join(""), /^Not so\. /);
  assert.match(verdict(null, found).join(""), /^You had made no prediction\. /);
  assert.match(report({ sampler: "heun", steps: 6, eta: 1, calls: 12, distance: 0.4, floor: 0.05 }), /6 steps, 12 calls.*ordinary differential/);
});
