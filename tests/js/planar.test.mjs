/** The planar figure computes what genbook computes, and folds only where the constraint is off. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { START } from "../../book/live/figures/planar-flow.mjs";
import { aboveMinusOne, carry, carriedLattice, dot, extremes, turned, used } from "../../book/live/figures/planar-flow/planar.mjs";
import { VIEW, plane } from "../../book/live/figures/planar-flow/plot.mjs";
import { described, outcome, report, verdict } from "../../book/live/figures/planar-flow/words.mjs";
import { close, fixture } from "./fixture.mjs";

fixture("planar-flow").cases.forEach(({ layers, x, z, log_det: logDet, u_hat: uHat, m }, k) => {
  test(`case ${k}: constraint, points and log-determinants of ${layers.length} layers`, () => {
    layers.forEach((layer, i) => {
      const now = used(layer);
      close(now.uHat, uHat[i], 1e-6, "û");
      close([now.m], [m[i]], 1e-6, "m");
    });
    x.forEach((point, i) => {
      const end = carry(point, layers);
      close(end.z, z[i], 1e-6, "z");
      close([Math.log(end.determinant)], [logDet[i]], 1e-6, "log det");
    });
  });
});

test("the constraint holds for any arrows, and without it a strong pull folds", () => {
  for (const length of [0, 1e-9, 0.5, 3, 40]) {
    const layer = { w: [length, -length / 2], u: [-5 * length, length], b: 0.3 };
    assert.ok(used(layer).m > -1);
    assert.ok(extremes(carriedLattice([layer], true, 3, 20)).least > 0);
  }
  const pull = { w: [1, 0], u: [-3, 0], b: 0 };
  assert.ok(extremes(carriedLattice([pull], false, 3, 20)).least < 0);
  assert.ok(extremes(carriedLattice(START, true, 3.6, 60)).least > 0);
  assert.equal(aboveMinusOne(0), 0);
});

test("the density is the Gaussian divided by the determinant: its mass over the cells is one", () => {
  const rows = carriedLattice(START, true, 5, 400);
  let mass = 0;
  for (let i = 0; i + 1 < rows.length; i += 1) {
    for (let j = 0; j + 1 < rows.length; j += 1) {
      const [a, b, c] = [rows[i][j].z, rows[i][j + 1].z, rows[i + 1][j].z];
      const area = Math.abs((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
      mass += area * rows[i][j].density;
    }
  }
  assert.ok(Math.abs(mass - 1) < 5e-3, `mass ${mass}`);
});

test("a turned u keeps its length and changes no area", () => {
  const layer = structuredClone(START[2]);
  const before = Math.hypot(...layer.u);
  layer.u = turned(layer);
  assert.ok(Math.abs(dot(layer.w, layer.u)) < 1e-12);
  close([Math.hypot(...layer.u)], [before], 1e-12);
  assert.equal(outcome(extremes(carriedLattice([layer], true, 3, 20))), "stay");
  assert.equal(outcome(extremes(carriedLattice([START[0]], true, 3, 20))), "grow");
  assert.equal(outcome(extremes(carriedLattice([START[2]], true, 3, 20))), "shrink");
});

test("pixels and places, words", () => {
  const { toPixel, toPlane } = plane(300);
  assert.deepEqual(toPixel([0, VIEW]), [150, 0]);
  close(toPlane(toPixel([1.3, -0.4])), [1.3, -0.4], 1e-12);
  assert.equal(verdict("stay", "stay")[0], "Right. ");
  assert.match(verdict(null, "stay").join(""), /no prediction.*shear/);
  assert.match(report(START[0], true, 1, { least: 0.5, most: 2 }), /wᵀu = 2\.19; .*The layer: log det from −0\.69 to 0\.69/);
  assert.match(report(START[0], false, 2, { least: -0.5, most: 2 }), /constraint is off.*All 2 layers.*Space folds/);
  assert.match(described(START[2], 3), /3 planar layers; arrows w \(1\.8, −0\.4\)/);
});
