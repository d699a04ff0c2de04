/** The continuous flow of the browser follows the shipped field as genbook's solvers do. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { at, endError, readField, SOLVERS, velocity, way } from "../../book/live/figures/ode-flow/field.mjs";
import { planeScale, REACH } from "../../book/live/figures/ode-flow/plot.mjs";
import { outcome, report, verdict } from "../../book/live/figures/ode-flow/words.mjs";
import { noise } from "../../book/live/figures/ode-flow.mjs";
import { close, fixture } from "./fixture.mjs";

const field = readField(readFileSync(new URL("../../book/live/models/ode-flow.safetensors", import.meta.url)));
const expected = fixture("ode-flow");

test("velocities of the shipped field", () => {
  expected.times.forEach((t, i) => expected.x.forEach((x, k) => close(velocity(field, t, x), expected.velocities[i][k], 1e-6)));
});

for (const [solver, ends] of Object.entries(expected.ends)) {
  test(`ends of ${solver}, and what a way costs`, () => {
    for (const [steps, points] of Object.entries(ends)) {
      expected.x.forEach((x, k) => {
        const knots = way(field, solver, Number(steps), x);
        assert.equal(knots.length, Number(steps) + 1);
        close(knots.at(-1), points[k], 1e-6);
      });
    }
  });
}

test("a way is at its knots and straight between them", () => {
  expected.x.forEach((x, k) => {
    const knots = way(field, "rk4", 8, x);
    close(at(knots, 0.5), expected.halfway[k], 1e-6);
    close(at(knots, 0), x, 1e-12);
    close(at(knots, 1), knots[8], 1e-12);
    close(at(knots, 1 / 16), [0, 1].map((axis) => (knots[0][axis] + knots[1][axis]) / 2), 1e-9);
  });
});

test("errors fall with the order of the solver", () => {
  const start = noise(40, 3);
  const fine = start.map((x) => way(field, "rk4", 128, x));
  const error = (solver, steps) => endError(start.map((x) => way(field, solver, steps, x)), fine);
  const euler = error("euler", 32) / error("euler", 64);
  const rk4 = error("rk4", 16) / error("rk4", 32);
  assert.ok(euler > 1.7 && euler < 2.4, `Euler: ${euler}`);
  assert.ok(rk4 > 9, `Runge-Kutta: ${rk4}`);
  assert.equal(SOLVERS.rk4.cost, 4 * SOLVERS.euler.cost);
});

test("noise, plane and words", () => {
  const points = noise(4000, 7);
  const mean = points.reduce((sum, [a, b]) => sum + a * a + b * b, 0) / points.length;
  assert.ok(Math.abs(mean - 2) < 0.12);
  const { toPixel, toPlane } = planeScale(300);
  close(toPlane(...toPixel([1.2, -0.7])), [1.2, -0.7], 1e-9);
  close(toPixel([-REACH, REACH]).map((v) => v + 1), [1, 1], 1e-9);
  assert.deepEqual([outcome(0.3, 0.1), outcome(0.1, 0.3), outcome(0.3, 0.29)], ["rk4", "euler", "alike"]);
  assert.match(verdict("rk4", 0.3, 0.1).join(""), /^Right\. .*0\.300 away.*0\.100/);
  assert.match(verdict(null, 0.3, 0.1).join(""), /no prediction/);
  assert.match(report({ t: 0.5, solver: "euler", steps: 1, evaluations: 1, error: 0.25, ownError: 0.1 }), /t = 0\.50\. Euler, 1 step, 1 evaluations .* 0\.250/);
});
