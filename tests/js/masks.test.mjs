/** The masks of the figure are those of genbook.nn.masks, number by number. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { cellKind, short } from "../../book/live/figures/made-masks/matrix.mjs";
import { positions } from "../../book/live/figures/made-masks/network.mjs";
import { role } from "../../book/live/figures/made-masks/picture.mjs";
import { describeAudit, describeUnit, pixels } from "../../book/live/figures/made-masks/words.mjs";
import { ordering } from "../../book/live/figures/made-masks.mjs";
import { audit, connected, hiddenDegrees, mask, network, pathCounts } from "../../book/live/shared/masks.mjs";
import { fixture } from "./fixture.mjs";

const { degrees, cases } = fixture("masks");

test("hidden degrees equal genbook's for every size", () => {
  for (const [dim, width, expected] of degrees) assert.deepEqual(hiddenDegrees(dim, width), expected, `${dim} ${width}`);
});

test("masks and path counts equal genbook's", () => {
  assert.equal(cases.length, 36);
  for (const { masks, counts, ...setting } of cases) {
    const net = network(setting);
    assert.deepEqual(net.masks, masks, JSON.stringify(setting));
    assert.deepEqual(pathCounts(net), counts, JSON.stringify(setting));
  }
});

test("a strict output mask never leaks, a non-strict one always does, and the audit can tell", () => {
  for (const setting of cases) {
    const net = network(setting);
    const found = audit(pathCounts(net), net.degrees[0]);
    assert.equal(found.forbidden > 0, setting.leak);
  }
});

test("too few units lose dependencies, and direct connections bring them back", () => {
  const few = { order: [0, 1, 2, 3, 4, 5, 6, 7, 8], widths: [3] };
  const lost = network(few);
  assert.ok(audit(pathCounts(lost), lost.degrees[0]).missing > 0);
  const direct = network({ ...few, direct: true });
  assert.equal(audit(pathCounts(direct), direct.degrees[0]).missing, 0);
});

test("what lights up is what the path counts say", () => {
  for (const setting of cases) {
    const net = network(setting);
    const counts = pathCounts(net);
    const top = net.masks.length;
    for (let i = 0; i < 9; i += 1) {
      assert.deepEqual(connected(net, top, i)[0], counts[i].map((paths) => paths > 0));
      assert.deepEqual(connected(net, 0, i)[top], counts.map((row) => row[i] > 0));
    }
  }
});

test("lighting a hidden unit follows the masks down and up", () => {
  const net = network({ order: [0, 1, 2], widths: [2, 2] });
  assert.deepEqual(connected(net, 1, 1), [[true, true, false], [false, true], [false, true], [false, false, true]]);
});

test("mask is strict or not", () => {
  assert.deepEqual(mask([1, 2], [1, 2], true), [[0, 0], [1, 0]]);
  assert.deepEqual(mask([1, 2], [1, 2], false), [[1, 0], [1, 1]]);
});

test("orderings are permutations, and a seed always gives the same one", () => {
  const sorted = (list) => [...list].sort((a, b) => a - b);
  for (const name of ["raster", "reversed", "random"]) assert.deepEqual(sorted(ordering(name, 5)), [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(ordering("random", 5), ordering("random", 5));
  assert.notDeepEqual(ordering("random", 5), ordering("random", 6));
  assert.equal(ordering("reversed")[0], 8);
});

test("words, cells and roles", () => {
  assert.equal(pixels([]), "no pixel");
  assert.equal(pixels([0, 2, 4]), "pixels 1, 3 and 5");
  assert.deepEqual([short(999), short(1200), short(35600)], ["999", "1.2k", "36k"]);
  assert.deepEqual([cellKind(3, 2, 1), cellKind(0, 2, 1), cellKind(1, 1, 1), cellKind(0, 1, 1)], ["path", "missing", "leak", "none"]);
  const net = network({ order: [0, 1, 2], widths: [3], leak: true });
  const counts = pathCounts(net);
  const scene = { net, counts, audit: audit(counts, net.degrees[0]), selected: { layer: 2, unit: 1 }, lit: connected(net, 2, 1) };
  assert.match(describeUnit(scene), /sees its own pixel 2: this is the leak/);
  assert.match(describeAudit(scene), /^Leak: 2 outputs/);
  assert.equal(role(1, { ...scene, target: 1 }), "leak");
  assert.equal(role(0, { ...scene, target: 1 }), "lit");
  assert.equal(role(2, { ...scene, target: 1 }), "plain");
});

test("units stay inside the drawing at phone width", () => {
  for (const layer of positions([new Array(9).fill(1), new Array(16).fill(1)], 290)) {
    for (const { x } of layer) assert.ok(x > 8 && x < 282);
  }
});
