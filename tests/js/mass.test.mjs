/** The mass map computes what genbook computes: the spline both ways, its slope and the density of x. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { FIFTHS } from "../../book/live/figures/mass-map/plot.mjs";
import { forward, inverse, logNormal, logProb, totalMass } from "../../book/live/figures/mass-map/spline.mjs";
import { report, spoken, verdict } from "../../book/live/figures/mass-map/words.mjs";
import { moveKnot, peak, startingKnots } from "../../book/live/figures/mass-map.mjs";
import { close, fixture } from "./fixture.mjs";

for (const [name, { knots, points, ...expected }] of Object.entries(fixture("mass-map"))) {
  test(`spline ${name}: the map, its slope, its inverse and the density`, () => {
    close(points.map((x) => forward(knots, x).value), expected.forward, 1e-6, "forward");
    close(points.map((x) => forward(knots, x).slope), expected.slope, 1e-6, "slope");
    close(points.map((z) => inverse(knots, z)), expected.inverse, 1e-6, "inverse");
    close(points.map((x) => logProb(knots, x)), expected.log_prob, 1e-6, "log p");
  });

  test(`spline ${name}: the mass is one and every strip holds its fifth`, () => {
    close([totalMass(knots, 8, 8000)], [1], 1e-4);
    const ends = FIFTHS.slice(1, 5).map((z) => inverse(knots, z));
    for (let k = 0; k < 3; k += 1) {
      const n = 4000;
      const cell = (ends[k + 1] - ends[k]) / n;
      let mass = 0;
      for (let i = 0; i < n; i += 1) mass += Math.exp(logProb(knots, ends[k] + (i + 0.5) * cell)) * cell;
      close([mass], [0.2], 1e-3, `strip ${k}`);
    }
  });
}

test("the ends of the strips are the quantiles of the normal", () => {
  for (const [k, share] of [[1, 0.2], [2, 0.4], [3, 0.6], [4, 0.8]]) {
    let mass = 0;
    const cell = (FIFTHS[k] + 9) / 20000;
    for (let i = 0; i < 20000; i += 1) mass += Math.exp(logNormal(-9 + (i + 0.5) * cell)) * cell;
    close([mass], [share], 1e-6);
  }
});

test("a knot stays between its neighbours, whatever it is sent to", () => {
  for (const to of [{ x: 9, z: -9 }, { x: -9, z: 9 }, { x: 0.3, z: 0.4 }]) {
    const knots = moveKnot(startingKnots(1), 2, to);
    for (const ends of [knots.x, knots.z]) {
      for (let i = 0; i + 1 < ends.length; i += 1) assert.ok(ends[i + 1] - ends[i] > 0.149);
    }
    close([totalMass(knots)], [1], 1e-4);
  }
});

test("a steeper map has a higher peak at the same mass", () => {
  const [flat, steep] = [startingKnots(1), startingKnots(3)];
  close([peak(flat).value, peak(steep).value], [1, 3].map((slope) => slope * Math.exp(logNormal(0))), 1e-6);
  close([totalMass(steep)], [1], 1e-5);
});

test("verdicts and reports", () => {
  assert.equal(verdict("higher", 0.4, 1.2)[0], "Right. ");
  assert.equal(verdict("same", 0.4, 1.2)[0], "Not so. ");
  assert.match(verdict(null, 0.4, 1.2)[0], /no prediction/);
  assert.match(report({ mass: 1, peak: { x: -0.5, value: 1.2 }, widths: [0.1, 0.4, 0.2] }), /Total mass .* = 1\.0000.*x = −0\.50.*0\.10 wide/);
  assert.equal(spoken(-1, 0.5, 2), "x −1.00, z 0.50, slope 2.00");
});
