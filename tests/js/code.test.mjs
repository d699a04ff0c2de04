/** The trie computes what genbook computes: codewords, the bits of a text, Kraft sum, mean length and entropy. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { place } from "../../book/live/figures/code-trie/draw.mjs";
import { canonicalCode, codeOf, huffmanLengths, kraftSum } from "../../book/live/figures/code-trie/huffman.mjs";
import { leafLabel, report, verdict } from "../../book/live/figures/code-trie/words.mjs";
import { clip } from "../../book/live/figures/code-trie.mjs";
import { uniforms } from "../../book/live/shared/random.mjs";
import { close, fixture } from "./fixture.mjs";

for (const { text, code, bits, kraft, length, entropy } of fixture("code-trie")) {
  test(`code of "${text}"`, () => {
    const found = codeOf(Array.from(text));
    const words = new Map(found.rows.map((row) => [row.letter, row.word]));
    assert.deepEqual([...words].sort(), [...code].sort());
    assert.equal(found.words.join(""), bits);
    assert.equal(found.kraft, kraft);
    close([found.length, found.entropy], [length, entropy], 1e-12);
  });
}

test("for random counts the sum is one, no word is a prefix of another, and the entropy is met within a bit", () => {
  const draw = uniforms(5);
  for (let round = 0; round < 50; round += 1) {
    const counts = Array.from({ length: 2 + (round % 20) }, (_, i) => [i, 1 + Math.floor(1e3 * draw() ** 6)]);
    const lengths = huffmanLengths(counts);
    const words = canonicalCode(lengths);
    assert.equal(kraftSum(lengths), 1);
    assert.ok(words.every((word, i) => words.every((other, j) => i === j || !other.startsWith(word))));
    const total = counts.reduce((sum, [, count]) => sum + count, 0);
    const mean = counts.reduce((sum, [, count], i) => sum + (count / total) * lengths[i], 0);
    const entropy = counts.reduce((sum, [, count]) => sum - (count / total) * Math.log2(count / total), 0);
    assert.ok(entropy <= mean + 1e-12 && mean < entropy + 1);
  }
});

test("a parent stands above the middle of its children, leaves from left to right", () => {
  const spot = place(["0", "10", "110", "111"]);
  assert.deepEqual(["0", "10", "110", "111"].map((word) => spot.get(word)), [0.5, 1.5, 2.5, 3.5]);
  assert.deepEqual(["11", "1", ""].map((path) => spot.get(path)), [3, 2.25, 1.375]);
  assert.deepEqual([...place([""])], [["", 0.5]]);
});

test("words", () => {
  assert.match(report(codeOf("aabbccdd")), /8 letters, 16 bits: 2.000 bits a letter = entropy 2.000 \+ no excess/);
  assert.match(report(codeOf("aaaaaaaaab")), /10 letters, 10 bits: 1.000 .* entropy 0.469 \+ 0.531 excess.* Kraft sum 1\./);
  assert.match(report(codeOf("aa")), /2 letters, all alike/);
  assert.match(report(codeOf("")), /No letters yet/);
  assert.equal(leafLabel(codeOf("a  ").rows.find((row) => row.letter === " ")), "space: 2 times, codeword 1, ideal length 0.58 bits");
  assert.equal(verdict("one")[0], "Right. ");
  assert.equal(verdict("entropy")[0], "Not so. ");
  assert.equal(verdict(null)[0], "");
});

test("long texts are cut between characters", () => {
  assert.equal(clip("\u{1F600}".repeat(60)).length, 48);
});
