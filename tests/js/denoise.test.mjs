/** The denoiser in the browser and its walk are those of genbook. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { correlation, denoise, level, noised, normals, readDenoiser, velocity, walk } from "../../book/live/figures/denoise-digits/model.mjs";
import { outcome, question, report, verdict } from "../../book/live/figures/denoise-digits/words.mjs";
import { uniforms } from "../../book/live/shared/random.mjs";
import { close, fixture } from "./fixture.mjs";

const expected = fixture("denoise-digits");
const shipped = readDenoiser(readFileSync(new URL("../../book/live/models/denoise-digits.safetensors", import.meta.url)));
const small = readDenoiser(Buffer.from(expected.small.file, "base64"));
const cases = [["shipped, guided", shipped, expected.shipped[0]], ["shipped, from noise", shipped, expected.shipped[1]], ["small", small, expected.small]];

for (const [name, model, run] of cases) {
  test(`${name}: noised image, velocity, denoised image and walk`, () => {
    const { label, scale, start } = run;
    const x = noised(run.image, start, run.eps);
    close(x, run.x, 1e-6, "x");
    close(velocity(model, x, start), run.plain, 1e-6, "v without a class");
    const found = denoise(model, x, start, { label, scale });
    close(found.x0, run.found[0], 1e-6, "x_0");
    close(found.eps, run.found[1], 1e-6, "eps");
    const path = [...walk(model, x, { start, count: run.path.length, guidance: { label, scale } })];
    path.forEach((now, k) => close(now.x, run.path[k], 1e-6, `step ${k + 1}`));
    assert.ok(Math.abs(path.at(-1).t) < 1e-12);
  });
}

test("signal and noise add up to one, from clean data to noise", () => {
  for (const t of [0, 0.2, 0.5, 0.98]) {
    const { alpha, sigma } = level(t);
    close([alpha ** 2 + sigma ** 2], [1], 1e-12);
  }
  assert.deepEqual(level(0), { alpha: 1, sigma: 0 });
});

test("scale 1 is the network given the class, scale 0 the one without", () => {
  const x = expected.small.x;
  const given = velocity(small, x, 0.5, { label: 1, scale: 1 });
  const free = velocity(small, x, 0.5);
  close(velocity(small, x, 0.5, { label: 1, scale: 0 }), free, 1e-12);
  close(velocity(small, x, 0.5, { label: 1, scale: 2 }), given.map((value, d) => 2 * value - free[d]), 1e-9);
});

test("normal numbers have mean 0, variance 1 and the fourth moment of a Gaussian", () => {
  const draws = normals(200000, uniforms(1));
  const moment = (k) => draws.reduce((sum, value) => sum + value ** k, 0) / draws.length;
  assert.ok(Math.abs(moment(1)) < 0.012 && Math.abs(moment(2) - 1) < 0.02 && Math.abs(moment(4) - 3) < 0.15);
});

test("correlation, words", () => {
  close([correlation([0, 1, 2], [1, 3, 5]), correlation([0, 1, 2], [5, 3, 1]), correlation([1, 1], [0, 1])], [1, -1, 0], 1e-12);
  assert.deepEqual([outcome(0.9), outcome(0.6), outcome(0.1)], ["much", "some", "little"]);
  assert.match(verdict("some", 0.6).join(""), /^Right\. .*0\.60/);
  assert.match(verdict(null, -0.1).join(""), /no prediction.*−0\.10/);
  assert.match(question(0.5), /t = 0\.50: 0\.7\d times the scribble/);
  assert.match(report({ step: 3, count: 25, t: 0.4 }), /Step 3 of 25: t = 0\.40/);
});
