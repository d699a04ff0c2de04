/** What the trie asks and reports. */

export const RARE = "aaaaaaaaab";
export const ANSWERS = [
  ["entropy", "0.47 bits, the entropy"],
  ["half", "about 0.6 bits"],
  ["one", "1 bit"],
];

export function question() {
  return `The text ${RARE} has an entropy of 0.47 bits a letter. How many bits a letter will the best prefix code spend on it?`;
}

/** The verdict on the prediction; `guess` is null where the reader made none. */
export function verdict(guess) {
  const why =
    "With two letters the best trie has two leaves, and each letter costs 1 bit, however rare the b. A codeword cannot be " +
    "shorter than one bit. To come closer to the entropy, code many letters at once: that is what arithmetic coding does.";
  if (guess === null) return ["", why];
  return [guess === "one" ? "Right. " : "Not so. ", why];
}

/** A letter as it is shown: a space would be invisible. */
export function shown(letter) {
  return letter === " " ? "\u2423" : letter;
}

function several(count, noun) {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** The cost of the text, for the reader and for the screen reader. */
export function report({ rows, total, kraft, entropy, length }) {
  if (total === 0) return "No letters yet, and nothing to say.";
  if (rows.length === 1) {
    return `${several(total, "letter")}, all alike: the trie is a single leaf, its codeword is empty and the entropy is 0. Only the number of letters is left to send.`;
  }
  const bits = Math.round(length * total);
  const excess = Math.abs(length - entropy) < 5e-5 ? "no excess: all shares are powers of 1/2" : `${(length - entropy).toFixed(3)} excess, which is KL(p‖2⁻ˡ)`;
  return `${several(total, "letter")}, ${bits} bits: ${length.toFixed(3)} bits a letter = entropy ${entropy.toFixed(3)} + ${excess}. Kraft sum ${kraft}.`;
}

/** One leaf in words. */
export function leafLabel({ letter, count, word, ideal }) {
  const name = letter === " " ? "space" : letter;
  return `${name}: ${several(count, "time")}, codeword ${word.split("").join(" ") || "empty"}, ideal length ${ideal.toFixed(2)} bits`;
}
