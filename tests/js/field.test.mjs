/** The receptive fields of the explorer are those that genbook measures from the Jacobian. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { before, count, seen, survey } from "../../book/live/figures/receptive-field/field.mjs";
import { mark } from "../../book/live/figures/receptive-field/grid.mjs";
import { audit, question, report, verdict } from "../../book/live/figures/receptive-field/words.mjs";
import { SIZE } from "../../book/live/figures/receptive-field.mjs";
import { fixture } from "./fixture.mjs";

const { cases } = fixture("receptive-field");
const PLAIN = { kind: "plain", depth: 3, kernel: 3, leak: false };

test("every field equals the measured one, pixel by pixel", () => {
  assert.equal(cases.length, 2 * 7 * 2 * 4);
  for (const { network, place, rows } of cases) {
    const ours = seen(network, place, SIZE).map((row) => row.map(Number).join(""));
    assert.deepEqual(ours, rows, JSON.stringify({ network, place }));
  }
});

test("the comparison can fail: plain and gated fields differ", () => {
  const place = [6, 5];
  assert.notDeepEqual(seen(PLAIN, place, SIZE), seen({ ...PLAIN, kind: "gated" }, place, SIZE));
});

test("a plain network never sees what lies further right than up, a gated one sees all of the past", () => {
  for (let row = 0; row < SIZE[0]; row += 1)
    for (let column = 0; column < SIZE[1]; column += 1) {
      const target = [row, column];
      for (const [i, line] of survey(PLAIN, target, SIZE).entries())
        for (const [j, { role }] of line.entries()) {
          const blind = before([i, j], target) && j - column > row - i;
          assert.equal(role === "blind", blind, `${target} ${i} ${j}`);
        }
      assert.equal(count(survey({ ...PLAIN, kind: "gated" }, target, SIZE)).blind, 0);
    }
});

test("wider kernels have a blind spot too", () => {
  for (const kernel of [5, 7]) assert.ok(count(survey({ ...PLAIN, kernel }, [6, 2], SIZE)).blind > 0);
});

test("roles add up to the image, and depth tells when a pixel is first seen", () => {
  const cells = survey(PLAIN, [6, 5], SIZE);
  assert.equal(Object.values(count(cells)).reduce((a, b) => a + b), SIZE[0] * SIZE[1]);
  assert.deepEqual([cells[5][5].since, cells[4][5].since, cells[3][5].since, cells[2][5].role], [1, 2, 3, "later"]);
});

test("mask B in the first layer leaks in both networks", () => {
  for (const kind of ["plain", "gated"]) {
    const total = count(survey({ ...PLAIN, kind, leak: true }, [6, 5], SIZE));
    assert.deepEqual([total.leak, total.target], [1, 0]);
    assert.match(audit(total), /^Leak/);
  }
  assert.match(audit(count(survey(PLAIN, [6, 5], SIZE))), /^No leak/);
});

test("words and marks", () => {
  assert.match(question(PLAIN), /^3 layers of 3 × 3/);
  assert.equal(verdict([5, 9], { role: "blind" }, PLAIN)[0], "Right. ");
  assert.match(verdict([5, 9], { role: "blind" }, { kernel: 7 })[1], /at most 3 columns/);
  assert.match(verdict([5, 5], { role: "seen" }, PLAIN)[1], /row 6, column 6 is seen/);
  assert.equal(verdict([0, 5], { role: "later" }, PLAIN)[0], "Not quite. ");
  assert.match(verdict([8, 5], { role: "future" }, PLAIN)[1], /does not come before/);
  const total = count(survey(PLAIN, [6, 5], SIZE));
  assert.match(report(PLAIN, [6, 5], total), /blind spot: no depth/);
  const gated = { ...PLAIN, kind: "gated", depth: 1 };
  assert.match(report(gated, [6, 5], count(survey(gated, [6, 5], SIZE))), /^One layer.*no blind spot/);
  assert.deepEqual([mark({ role: "target" }, false), mark({ role: "leak" }, false), mark({ role: "leak" }, true)], ["?", "!", "?"]);
  assert.deepEqual([mark({ role: "seen", since: 2 }, false), mark({ role: "seen", since: 2 }, true)], ["2", ""]);
});
