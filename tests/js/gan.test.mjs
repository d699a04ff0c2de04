/** The generator of the plane computes what genbook computes: images, sums, directions, measures. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { generate, measure, moved, nearestTerm, readGenerator, sum, termOf } from "../../book/live/figures/gan-plane/model.mjs";
import { REACH, scaleOf } from "../../book/live/figures/gan-plane/plot.mjs";
import { guesses, question, report, verdict } from "../../book/live/figures/gan-plane/words.mjs";
import { close, fixture } from "./fixture.mjs";

const cases = fixture("gan-plane");
const models = {
  shipped: readGenerator(readFileSync(new URL("../../book/live/models/gan-plane.safetensors", import.meta.url))),
  small: readGenerator(Buffer.from(cases.small.file, "base64")),
};

for (const [name, { amounts, codes, total, images, ink, lean, nearest }] of Object.entries(cases)) {
  const model = models[name];

  test(`${name}: codes along the directions, and sums of codes`, () => {
    [0, 7, 19].forEach((row, i) => close(moved(model, model.terms[row], amounts[i]), codes[i], 1e-6));
    close(sum(model, [1, 3], 0.75), total, 1e-6);
  });

  test(`${name}: images`, () => {
    [...codes, total].forEach((z, i) => close(Array.from(generate(model, z)), images[i], 1e-6, `image ${i}`));
  });

  test(`${name}: ink, lean, and the nearest mean digit`, () => {
    images.forEach((image, i) => close(Object.values(measure(image)), [ink[i], lean[i]], 1e-6, `image ${i}`));
    assert.deepEqual(nearestTerm(model, images[1]), { digit: Math.floor(nearest / 2), bold: nearest % 2 === 1 });
  });
}

test("terms stand thin and bold in turn", () => {
  assert.equal(termOf(models.small, { digit: 4, bold: false }), models.small.terms[8]);
  assert.equal(termOf(models.small, { digit: 4, bold: true }), models.small.terms[9]);
});

test("words", () => {
  const pair = [2, 7];
  assert.match(question(pair), /bold 2, minus that of a thin 2, plus that of a thin 7/);
  assert.deepEqual(guesses(pair).map(([, text]) => text), ["a bold 7", "a thin 7", "a bold 2", "something else"]);
  const ink = [0.1, 0.2];
  assert.equal(verdict(pair, "bold 7", { digit: 7, bold: true }, ink)[0], "Right. ");
  assert.equal(verdict(pair, "thin 7", { digit: 7, bold: true }, ink)[0], "Not so. ");
  assert.equal(verdict(pair, "other", { digit: 3, bold: true }, ink)[0], "Right. ");
  assert.match(verdict(pair, null, { digit: 7, bold: true }, ink)[1], /from 10\.0% to 20\.0%.*bold 7.*no guess/);
  assert.match(report([0.5, -1, 0], { ink: 0.1, lean: -0.001 }), /lean 0\.00\./);
  assert.match(report([0.5, -1, 0], { ink: 0.123, lean: -0.2 }), /0\.50 of thickness, −1\.00 of slant.*12\.3% ink, lean −0\.20/);
});

test("amounts and pixels", () => {
  const { toPixel, toAmounts } = scaleOf(300);
  close(toAmounts(toPixel([0.75, -0.5])), [0.75, -0.5], 1e-12);
  assert.deepEqual(toPixel([REACH, REACH]), [300, 0]);
});
