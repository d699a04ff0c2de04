/** The shared helpers: random numbers, half precision, file format, keys. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { outline } from "../../book/live/figures/made-sampler/pixels.mjs";
import { guessVerdict, signed } from "../../book/live/figures/made-sampler/words.mjs";
import { sliderKey } from "../../book/live/shared/controls.mjs";
import { logSumExp, outputFrom } from "../../book/live/shared/outputs.mjs";
import { permutation, uniforms } from "../../book/live/shared/random.mjs";
import { rovingKey } from "../../book/live/shared/roving.mjs";
import { half, readSafetensors } from "../../book/live/shared/safetensors.mjs";
import { lineScale } from "../../book/live/shared/stage.mjs";
import { close } from "./fixture.mjs";

test("uniform numbers: repeatable, inside (0, 1), mean and variance right, neighbours uncorrelated", () => {
  const draw = uniforms(11);
  const u = Float64Array.from({ length: 200000 }, draw);
  const again = uniforms(11);
  assert.equal(again(), u[0]);
  assert.ok(u.every((value) => value > 0 && value < 1));
  const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
  const variance = u.reduce((sum, value) => sum + (value - mean) ** 2, 0) / u.length;
  const lag = u.slice(1).reduce((sum, value, i) => sum + (value - mean) * (u[i] - mean), 0) / u.length;
  assert.ok(Math.abs(mean - 0.5) < 5 * Math.sqrt(1 / 12 / u.length));
  assert.ok(Math.abs(variance - 1 / 12) < 1e-3);
  assert.ok(Math.abs(lag) < (5 / 12) / Math.sqrt(u.length));
});

test("neighbouring seeds give unrelated streams", () => {
  const [a, b] = [uniforms(1), uniforms(2)];
  const differences = Array.from({ length: 1000 }, () => Math.abs(a() - b()));
  const mean = differences.reduce((sum, value) => sum + value, 0) / 1000;
  assert.ok(Math.abs(mean - 1 / 3) < 0.04);
});

test("permutations are uniform over the six orders of three", () => {
  const draw = uniforms(5);
  const counts = {};
  for (let i = 0; i < 6000; i += 1) {
    const key = permutation(3, draw).join("");
    counts[key] = (counts[key] ?? 0) + 1;
  }
  assert.equal(Object.keys(counts).length, 6);
  const chi = Object.values(counts).reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chi < 20.5, `chi squared ${chi} with 5 degrees of freedom`);
});

test("half precision: normal, subnormal, zero, infinite", () => {
  const cases = [[0x3c00, 1], [0xc000, -2], [0x3555, 0.333251953125], [0x0001, 2 ** -24], [0x03ff, 1023 * 2 ** -24], [0x7bff, 65504], [0x0000, 0], [0x7c00, Infinity]];
  for (const [bits, value] of cases) assert.equal(half(bits), value);
  assert.ok(Number.isNaN(half(0x7e00)));
});

test("a safetensors file at an odd offset of its buffer is read; an unknown dtype is refused", () => {
  const build = (dtype) => {
    const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { a: "b" }, w: { dtype, shape: [2], data_offsets: [0, 8] } }));
    const bytes = new Uint8Array(3 + 8 + header.length + 8);
    const view = new DataView(bytes.buffer, 3);
    view.setBigUint64(0, BigInt(header.length), true);
    bytes.set(header, 11);
    view.setFloat32(8 + header.length, 1.5, true);
    view.setFloat32(12 + header.length, -2, true);
    return bytes.subarray(3);
  };
  const { tensors, metadata } = readSafetensors(build("F32"));
  assert.deepEqual([Array.from(tensors.w.data), metadata.a], [[1.5, -2], "b"]);
  assert.throws(() => readSafetensors(build("BF16")), /dtype BF16, expected F64/);
});

test("outputs over real values are refused", () => {
  assert.throws(() => outputFrom({ output: "Gaussian" }), /expected one over levels/);
});

test("logSumExp stays finite far out", () => {
  assert.equal(logSumExp([-1000, -1000]), -1000 + Math.log(2));
  assert.equal(logSumExp([800, -800]), 800);
});

test("slider keys move on the grid and stop at the ends", () => {
  const at = { value: 0.95, min: 0.1, max: 1, step: 0.05 };
  assert.equal(sliderKey("ArrowLeft", at), 0.9);
  assert.equal(sliderKey("PageUp", at), 1);
  assert.equal(sliderKey("Home", at), 0.1);
  assert.equal(sliderKey("a", at), null);
});

test("arrow keys walk over rows of different lengths", () => {
  assert.deepEqual(rovingKey("ArrowRight", [0, 8], [9, 4]), [0, 8]);
  assert.deepEqual(rovingKey("ArrowDown", [0, 8], [9, 4]), [1, 3]);
  assert.deepEqual(rovingKey("ArrowUp", [0, 2], [9, 4]), [0, 2]);
  assert.deepEqual(rovingKey("End", [1, 0], [9, 4]), [1, 3]);
  assert.equal(rovingKey("Tab", [0, 0], [9]), null);
});

test("from a line to pixels and back", () => {
  const { toPixel, toValue, full } = lineScale({ low: -8, high: 2 }, 340, 20);
  assert.deepEqual([toPixel(-8), toPixel(2), full], [20, 320, 340]);
  close([-6.5, 0, 1.25].map((value) => toValue(toPixel(value))), [-6.5, 0, 1.25], 1e-12);
});

test("the frame of the given pixels is a closed line", () => {
  assert.equal(outline(new Set([0]), 2, 2).match(/M/g).length, 4);
  assert.equal(outline(new Set([0, 1, 2]), 2, 2).match(/M/g).length, 8);
  assert.equal(outline(new Set(), 2, 2), "");
});

test("numbers carry a real minus sign, verdicts the surprise", () => {
  globalThis.document = { createElement: () => ({ append() {}, setAttribute() {} }) };
  assert.equal(signed(-3.14159, 2), "−3.14");
  assert.match(guessVerdict([0.5, 0.25, 0.25], 1)[1], /favourite is level 0 \(p = 0\.50\); your level 1 has p = 0\.25, a surprise of 1\.4 nats/);
  delete globalThis.document;
});
