/** The bars of the bound are what genbook computes, they add up, and the climb ends where it should. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { BOUNDS, NOISE, climb, terms, world } from "../../book/live/figures/elbo-bars/model.mjs";
import { natsToPixel } from "../../book/live/figures/elbo-bars/plot.mjs";
import { report, verdict } from "../../book/live/figures/elbo-bars/words.mjs";
import { close, fixture } from "./fixture.mjs";

for (const [name, { x, bend, evidence, posterior, rows }] of Object.entries(fixture("elbo-bars"))) {
  const target = world({ x, bend });

  test(`world ${name}: evidence and posterior`, () => {
    close([target.evidence], [evidence], 1e-9);
    close(Array.from(target.logP).slice(1000, 1400).filter((_, i) => i % 20 === 0), posterior, 1e-9);
  });

  test(`world ${name}: the terms of every q`, () => {
    for (const { q: [mean, scale], ...expected } of rows) {
      const found = terms(target, { mean, scale });
      for (const key of Object.keys(expected)) close([found[key]], [expected[key]], 1e-6, `${key} at ${mean}, ${scale}`);
    }
  });

  test(`world ${name}: the bars add up, in both rows`, () => {
    for (const { q: [mean, scale] } of rows) {
      const { reconstruction, latent, elbo, gap } = terms(target, { mean, scale });
      close([elbo + gap, reconstruction - latent], [target.evidence, elbo], 1e-6);
    }
  });

  test(`world ${name}: no q that can be dragged beats the end of both climbs`, () => {
    const ends = [-1.5, 1.5].map((mean) => climb(target, { mean, scale: 0.6 }).at(-1));
    const best = Math.min(...ends.map((q) => terms(target, q).gap));
    for (let mean = BOUNDS.mean[0]; mean <= BOUNDS.mean[1]; mean += 0.2) {
      for (let scale = 0.1; scale <= 2; scale += 0.1) assert.ok(terms(target, { mean, scale }).gap > best - 1e-6);
    }
  });
}

test("with a straight decoder the climb ends at the posterior in closed form", () => {
  const variance = NOISE ** 2 / (1 + NOISE ** 2);
  const end = climb(world({ x: 1.5, bend: 0 }), { mean: -2, scale: 1.5 }).at(-1);
  close([end.mean, end.scale], [1.5 / (1 + NOISE ** 2), Math.sqrt(variance)], 1e-4);
});

test("verdicts and reports", () => {
  assert.equal(verdict("closed", 0.001)[0], "Right. ");
  assert.equal(verdict("closed", 0.7)[0], "Not so. ");
  assert.match(verdict("open", 0.7).join(""), /^Right\. The gap stays at 0\.70 nats/);
  assert.match(verdict(null, 0.7).join(""), /no guess/);
  const balance = { q: { mean: -1, scale: 0.5 }, evidence: -1.78, elbo: -2.5, gap: 0.72, reconstruction: -1, latent: 1.5 };
  assert.match(report(balance), /mean −1\.00 .* ELBO −2\.50 plus KL 0\.72 is log p\(x\) = −1\.78 nats/);
});

test("bars are cut off at the edges", () => {
  const pixel = natsToPixel(300);
  assert.deepEqual([pixel(-50), pixel(1)], [8, 292]);
});
