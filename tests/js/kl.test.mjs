/** The tug-of-war computes what genbook computes: log p, both divergences, both gradients, both ends. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { COVER, SEEK, descend, logMixture, onGrid } from "../../book/live/figures/kl-tug-of-war/divergence.mjs";
import { place, report, verdict } from "../../book/live/figures/kl-tug-of-war/words.mjs";
import { BOUNDS, letGo, modes } from "../../book/live/figures/kl-tug-of-war.mjs";
import { close, fixture } from "./fixture.mjs";

const FREE = { mean: [-20, 20], scale: [1e-3, 50] };

function mixture([separation, share, scale]) {
  return [
    { weight: share, mean: -separation / 2, scale },
    { weight: 1 - share, mean: separation / 2, scale },
  ];
}

function follow(kl, target, q, bounds) {
  let now = q;
  for (let next = now; next !== null; next = descend(kl, target, now, bounds)) now = next;
  return now;
}

function near({ mean, scale }, expected) {
  [mean, scale].forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-4, `${value} and ${expected[i]}`));
}

for (const [name, { world, log_p: logP, rows, cover, seek }] of Object.entries(fixture("kl-tug-of-war"))) {
  const target = onGrid(mixture(world));

  test(`world ${name}: log p on the grid`, () => {
    close(Array.from(target.logP).filter((_, i) => i % 50 === 0), logP, 1e-9);
  });

  test(`world ${name}: both divergences and their gradients`, () => {
    for (const { q: [mean, scale], values, gradients } of rows) {
      const q = { mean, scale };
      close([COVER.value(target, q), SEEK.value(target, q)], values, 1e-6, `q = ${mean}, ${scale}`);
      close(COVER.gradient(target, q), gradients[0], 1e-6, "KL(p || q)");
      close(SEEK.gradient(target, q), gradients[1], 1e-6, "KL(q || p)");
    }
  });

  test(`world ${name}: KL(p || q) comes to rest where the moments match`, () => {
    const end = follow(COVER, target, { mean: 3, scale: 0.5 }, FREE);
    near(end, cover);
  });

  test(`world ${name}: KL(q || p) comes to rest where genbook's descent does`, () => {
    const ends = [-1.5, 1.5].map((mean) => follow(SEEK, target, { mean, scale: 1 }, FREE));
    ends.forEach((end, i) => near(end, seek[i]));
  });
}

test("every step of a descent lowers the divergence and stays inside the bounds", () => {
  const target = onGrid(modes({ separation: 4, weight: 0.4 }));
  for (const kl of [COVER, SEEK]) {
    let value = kl.value(target, { mean: 5, scale: 4 });
    letGo(kl, target, { mean: 5, scale: 4 }, (q) => {
      const now = kl.value(target, q);
      assert.ok(now < value);
      assert.ok(Math.abs(q.mean) <= BOUNDS.mean[1] && q.scale >= BOUNDS.scale[0] && q.scale <= BOUNDS.scale[1]);
      value = now;
    });
  }
});

test("the two divergences differ, and vanish for the same q only", () => {
  const one = [{ weight: 1, mean: 0.5, scale: 1.2 }];
  const target = onGrid(one);
  close([COVER.value(target, one[0]), SEEK.value(target, one[0])].map((value) => value + 1), [1, 1], 1e-12);
  const wide = { mean: 0.5, scale: 2.4 };
  close([COVER.value(target, wide), SEEK.value(target, wide)], [Math.log(2) - 3 / 8, 1.5 - Math.log(2)], 1e-9);
});

test("a component far away does not overflow", () => {
  assert.ok(Number.isFinite(logMixture(1e3, modes({ separation: 4, weight: 0.4 }))));
});

test("places, verdicts, reports", () => {
  const both = modes({ separation: 4, weight: 0.4 });
  assert.deepEqual([-2, 2, 0].map((mean) => place({ mean, scale: 0.6 }, both)), ["left", "right", "between"]);
  assert.equal(place({ mean: 2, scale: 2 }, both), "between");
  assert.equal(verdict("KL", "left", "left", 0.9)[0], "Right. ");
  assert.match(verdict("KL", "left", "between", 0.9).join(""), /^Not so\. .*You had predicted a place on the left mode/);
  assert.match(verdict("KL", null, "between", 0.9).join(""), /no prediction/);
  assert.match(report({ q: { mean: 0, scale: 1 }, cover: 3, seek: 1 }), /p has mass where q has little/);
  assert.match(report({ q: { mean: 0, scale: 1 }, cover: 1, seek: 3 }), /q has mass where p has little/);
});
