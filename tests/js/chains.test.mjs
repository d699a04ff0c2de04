/** The chains of the figure take the steps that genbook takes, and their diagnostics are genbook's. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { effectiveSampleSize, splitRHat } from "../../book/live/figures/chains/diagnostics.mjs";
import { KERNELS, at, barrier, conditionalDraw, langevinStep, leapfrog, malaLogRatio, totalEnergy, valleys } from "../../book/live/figures/chains/sampler.mjs";
import { CHAINS, begin, noise, step, summary } from "../../book/live/figures/chains/walk.mjs";
import { outcome, report, verdict } from "../../book/live/figures/chains/words.mjs";
import { close, fixture } from "./fixture.mjs";

const { worlds, diagnosed } = fixture("chains");

for (const { distance, size, x, noise: eps, u, energy, grad, langevin, mala, leapfrog: ride, total, gibbs } of worlds) {
  const world = valleys(distance);
  const places = x.map((point) => at(world, point));

  test(`distance ${distance}: energy and gradient`, () => {
    close(places.map((place) => place.energy), energy, 1e-9);
    close(places.flatMap((place) => place.grad), grad.flat(), 1e-9);
  });

  test(`distance ${distance}: one Langevin step, and its Metropolis-Hastings ratio`, () => {
    const ends = places.map((place, i) => langevinStep(place, eps[i], size));
    close(ends.flat(), langevin.flat(), 1e-9);
    close(places.map((place, i) => malaLogRatio(place, at(world, ends[i]), size)), mala, 1e-6);
  });

  test(`distance ${distance}: five leapfrog steps and the energy at their end`, () => {
    const ends = places.map((place, i) => leapfrog(world, place, eps[i], size, 5));
    close(ends.flatMap(([end]) => end.x), ride[0].flat(), 1e-9);
    close(ends.flatMap(([, v]) => v), ride[1].flat(), 1e-9);
    close(ends.map(([end, v]) => totalEnergy(end, v)), total, 1e-9);
  });

  test(`distance ${distance}: both conditionals`, () => {
    for (const d of [0, 1]) close(x.flatMap((point, i) => conditionalDraw(world, point, d, u[i], eps[i][0])), gibbs[d].flat(), 1e-9);
  });
}

test("R-hat and effective sample size", () => {
  for (const { chains, r_hat: rHat, ess } of diagnosed) close([splitRHat(chains), effectiveSampleSize(chains)], [rHat, ess], 1e-6);
});

test("the barrier is the height of the pass above the upper right valley", () => {
  const energies = (d) => [at(valleys(d), [0, 0]).energy, at(valleys(d), valleys(d)[1].mean).energy];
  const [pass, bottom] = energies(4);
  assert.ok(Math.abs(barrier(4) - (pass - bottom)) < 0.05);
  assert.ok([1.5, 2, 3, 4].map(barrier).every((value, i, all) => value > 0 && (i === 0 || value > all[i - 1])));
});

test("every kernel but the unadjusted one has the right variance and share where the valleys are close", () => {
  const sizes = { langevin: 0.05, mala: 0.5, metropolis: 1.5, hmc: 0.6, gibbs: 1 };
  for (const [name, size] of Object.entries(sizes)) {
    const walk = begin({ distance: 1.5, apart: true, seed: 3 });
    for (let i = 0; i < 20000; i += 1) step(walk, name, size);
    const { share, rate, rHat } = summary({ ...walk, chains: walk.chains.map((chain) => ({ ...chain, path: chain.path.filter((_, i) => i % 20 === 0) })), moves: walk.moves / 20 });
    const truth = 0.4 * 0.93319 + 0.6 * (1 - 0.93319); // mass of u < 0, with Phi(1.5) = 0.93319
    assert.ok(Math.abs(share - truth) < 0.06, `${name}: ${share} against ${truth}`);
    assert.ok(rHat < 1.05 && rate > 0.2, name);
  }
});

test("a step that is too large loses unadjusted chains and no others", () => {
  for (const [name, lost] of [["langevin", true], ["mala", false], ["hmc", false], ["metropolis", false]]) {
    const walk = begin({ distance: 3, apart: false, seed: 1 });
    for (let i = 0; i < 300 && !walk.lost; i += 1) step(walk, name, 10);
    assert.equal(walk.lost, lost, name);
  }
  assert.equal(Object.keys(KERNELS).length, 5);
});

test("the noise is normal", () => {
  const { normal } = noise(4);
  const draws = Array.from({ length: 20000 }, normal);
  const moment = (power) => draws.reduce((sum, z) => sum + z ** power, 0) / draws.length;
  [[1, 0, 0.03], [2, 1, 0.05], [3, 0, 0.1], [4, 3, 0.3]].forEach(([power, value, tolerance]) => assert.ok(Math.abs(moment(power) - value) < tolerance));
});

test("verdicts and reports", () => {
  const seen = { steps: 500, crossed: 0, rHat: 1.003, ess: 90, rate: 0.87, share: 0, lost: false };
  assert.equal(outcome(0), "none");
  assert.equal(outcome(CHAINS), "all");
  assert.deepEqual(verdict("none", seen), ["Right. ", "None of the chains has been in the lower left valley. And R-hat ~ 1.00 sees nothing amiss."]);
  assert.equal(verdict("all", { ...seen, crossed: 2 })[0], "Not so. ");
  assert.match(verdict(null, seen).join(""), /no prediction/);
  assert.match(verdict("all", { ...seen, lost: true }).join(""), /shot off the map/);
  assert.match(report("mala", seen), /accepts 87 %\. After 500 steps, 0 % of the draws/);
  assert.match(report("gibbs", seen), /never rejects/);
  assert.match(report("hmc", { ...seen, steps: 0 }), /no steps yet/);
});
