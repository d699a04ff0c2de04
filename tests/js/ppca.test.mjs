/** The figure of the directions computes what genbook computes: columns, posteriors, reconstructions, rates, evidence. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { decode, evidence, lengths, posterior, rates, readSpectrum } from "../../book/live/figures/ppca-directions/model.mjs";
import { RANGE, heightOf, ink, signed } from "../../book/live/figures/ppca-directions/plot.mjs";
import { direction, report, verdict } from "../../book/live/figures/ppca-directions/words.mjs";
import { close, fixture } from "./fixture.mjs";

const model = readSpectrum(readFileSync(new URL("../../book/live/models/ppca-digits.safetensors", import.meta.url)));

for (const expected of fixture("ppca-directions")) {
  const { variance, latents } = expected;
  test(`noise ${variance}, ${latents} latents`, () => {
    const kept = model.values.slice(0, latents);
    close(lengths(kept, variance), expected.lengths, 1e-6, "lengths");
    const total = rates(kept, variance).reduce((sum, nats) => sum + nats, 0);
    close([total, evidence(model, variance, latents)], [expected.rate, expected.evidence], 1e-6, "rate and evidence");
    model.examples.slice(0, 3).forEach((x, i) => {
      const q = posterior(model, x, variance, latents);
      close(q.mean, expected.means[i], 1e-6, "posterior means");
      close(q.scale, expected.scales, 1e-6, "posterior scales");
      close(Array.from(decode(model, q.mean, variance)), expected.rebuilt[i], 1e-6, "rebuilt");
    });
  });
}

test("a doubling of the noise takes half of log 2 from every direction that stays on", () => {
  const [before, after] = [3, 6].map((variance) => rates(model.values, variance));
  before.forEach((nats, k) => {
    if (after[k] > 0) assert.ok(Math.abs(nats - after[k] - Math.log(2) / 2) < 1e-12);
    else assert.ok(nats <= Math.log(2) / 2);
  });
});

test("the evidence is highest where the noise is the mean of what is left out", () => {
  const left = model.values.slice(8);
  const best = left.reduce((sum, value) => sum + value, 0) / left.length;
  for (const factor of [0.9, 1.1]) assert.ok(evidence(model, best, 8) > evidence(model, factor * best, 8));
});

test("heights measure half logarithms, images stay in range", () => {
  const step = heightOf(2) - heightOf(1);
  close([heightOf(8) - heightOf(4), heightOf(RANGE[0])], [step, 0], 1e-12);
  assert.deepEqual([ink(-3)[1], ink(16)[1], ink(40)[1]], [0, 1, 1]);
  assert.notEqual(signed(4)(-1)[0], signed(4)(1)[0]);
});

test("verdicts and reports", () => {
  assert.equal(verdict("equal", 20, 15)[0], "Right. ");
  assert.match(verdict("weak", 20, 15).join(""), /^Not so\. .*5 of 20 went off/);
  assert.match(verdict(null, 3, 3).join(""), /None went off\. You had made no prediction/);
  assert.match(direction(4, { value: 3, length: 0, rate: 0 }), /under the noise/);
  assert.match(direction(0, { value: 160, length: 12.6, rate: 2.1 }), /length 12\.60 and carries 2\.10 nats/);
  assert.match(report({ variance: 2, on: 20, latents: 32, rate: 31, evidence: -143.21, error: 1.2 }), /20 of 32 .* \u2212143\.2 nats/);
});
