/** The decoder of the latent plane computes what genbook computes: parameters, mean images, draws. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { classAt, decode, drawnImage, meanImage, nearest, readPlane } from "../../book/live/figures/latent-plane/model.mjs";
import { scaleOf } from "../../book/live/figures/latent-plane/plot.mjs";
import { guesses, question, report, verdict } from "../../book/live/figures/latent-plane/words.mjs";
import { close, fixture } from "./fixture.mjs";

const cases = fixture("latent-plane");
const models = {
  shipped: readPlane(readFileSync(new URL("../../book/live/models/latent-plane.safetensors", import.meta.url))),
  small: readPlane(Buffer.from(cases.small.file, "base64")),
};

for (const [name, { z, params, mean, u, draws }] of Object.entries(cases)) {
  const model = models[name];

  test(`${name}: parameters of every pixel`, () => {
    z.forEach((point, i) => close(decode(model, point).flatMap((row) => Array.from(row)), params[i], 1e-6, `z ${point}`));
  });

  test(`${name}: mean images`, () => {
    z.forEach((point, i) => close(meanImage(model, decode(model, point)), mean[i], 1e-6, `z ${point}`));
  });

  test(`${name}: draws from the same uniform numbers`, () => {
    z.forEach((point, i) => assert.deepEqual(drawnImage(model, decode(model, point), u[i]), draws[i]));
  });
}

test("codes and labels are those of the file", () => {
  const { codes, labels } = models.small;
  close(Array.from(codes), cases.small.codes, 1e-6);
  assert.deepEqual(labels, cases.small.labels);
  assert.equal(models.shipped.labels.length, 447);
});

test("the nearest codes, and the class that most of them have", () => {
  const model = { codes: Float64Array.of(0, 0, 1, 0, 1.1, 0, 5, 5), labels: [3, 8, 8, 1] };
  assert.deepEqual(nearest(model, [0.9, 0], 2).map(({ label }) => label), [8, 8]);
  assert.equal(classAt(model, [0, 0]), 8);
});

test("words", () => {
  const pair = [{ label: 3 }, { label: 0 }];
  assert.match(question(pair), /A is the code of a 3, B of a 0/);
  assert.deepEqual(guesses(pair).map(([, text]) => text), ["a 3", "a 0", "another digit"]);
  assert.equal(verdict(pair, "other", 9)[0], "Right. ");
  assert.equal(verdict(pair, "first", 0)[0], "Not so. ");
  assert.match(verdict(pair, null, 3)[0], /no guess/);
  assert.match(report([1, -1], [{ label: 4, distance: 0.5 }]), /z = \(1\.00, −1\.00\).* a 4, 0\.50 away.*hole/);
  assert.equal(report([0, 0], []), "z = (0.00, 0.00).");
});

test("pixels and back", () => {
  const { toPixel, toZ } = scaleOf(300);
  close(toZ(toPixel([1.25, -2.5])), [1.25, -2.5], 1e-12);
});
