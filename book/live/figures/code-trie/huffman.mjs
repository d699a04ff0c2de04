/**
 * Huffman's code of a text, and what it costs. `genbook.compression` computes the same, ties included: letters count in
 * the order of their first occurrence, and of two equal weights the older tree goes first.
 */

/** [letter, count] of a text, in the order in which letters first occur. */
export function countLetters(text) {
  const counts = new Map();
  for (const letter of text) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  return [...counts];
}

function takeLightest(trees) {
  let best = 0;
  trees.forEach((tree, i) => {
    const lighter = tree.weight - trees[best].weight || tree.age - trees[best].age;
    if (lighter < 0) best = i;
  });
  return trees.splice(best, 1)[0];
}

/** The depth of every letter in Huffman's tree, in the order of `counts`; a single letter has depth 0. */
export function huffmanLengths(counts) {
  const lengths = counts.map(() => 0);
  const trees = counts.map(([, weight], i) => ({ weight, age: i, members: [i] }));
  for (let age = counts.length; trees.length > 1; age += 1) {
    const pair = [takeLightest(trees), takeLightest(trees)];
    const members = pair.flatMap((tree) => tree.members);
    for (const member of members) lengths[member] += 1;
    trees.push({ weight: pair[0].weight + pair[1].weight, age, members });
  }
  return lengths;
}

/** Codewords of the given lengths: consecutive binary numbers, shortest first. */
export function canonicalCode(lengths) {
  const order = lengths.map((_, i) => i).sort((a, b) => lengths[a] - lengths[b] || a - b);
  const words = [];
  let value = 0n;
  let depth = 0;
  for (const i of order) {
    value <<= BigInt(lengths[i] - depth);
    depth = lengths[i];
    words[i] = depth === 0 ? "" : value.toString(2).padStart(depth, "0");
    value += 1n;
  }
  return words;
}

/** The sum of 2^-length. */
export function kraftSum(lengths) {
  return lengths.reduce((sum, length) => sum + 2 ** -length, 0);
}

/** Everything that the figure shows of a text: rows sorted by codeword, and bits a letter. */
export function codeOf(text) {
  const counts = countLetters(text);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const lengths = huffmanLengths(counts);
  const words = canonicalCode(lengths);
  const rows = counts.map(([letter, count], i) => ({
    letter, count, word: words[i], p: count / total, ideal: Math.log2(total / count),
  }));
  rows.sort((a, b) => a.word.length - b.word.length || (a.word < b.word ? -1 : 1));
  const mean = (value) => rows.reduce((sum, row) => sum + row.p * value(row), 0);
  const word = new Map(rows.map((row) => [row.letter, row.word]));
  return {
    rows, total, kraft: kraftSum(lengths), entropy: mean((row) => row.ideal), length: mean((row) => row.word.length),
    words: Array.from(text, (letter) => word.get(letter)),
  };
}
