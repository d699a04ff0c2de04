/** What the character model asks and reports. */

import { ALPHABET } from "../../shared/lstm.mjs";

export const PROMPT = "import os\n\ndef main(argv):\n    for name in argv:\n        pr";
export const EXAMPLES = [
  ["a method", "class Reader:\n    def __init__(self, "],
  ["a loop", "for i in ran"],
  ["an error", '        raise ValueError("'],
  ["prose", "It was the best of times, "],
];
export const ANSWERS = [
  ["rare", "below 0.1"],
  ["even", "from 0.1 to 0.5"],
  ["sure", "above 0.5"],
];

/** A token as it is shown: blanks would be invisible. */
export function shown(token) {
  return { " ": "\u2423", "\n": "\u23ce" }[ALPHABET[token]] ?? ALPHABET[token];
}

/** A token as it is read aloud. */
export function spoken(token) {
  return { " ": "space", "\n": "line break" }[ALPHABET[token]] ?? ALPHABET[token];
}

export function question() {
  return "The text ends in pr. The model has read it once, character by character. Which probability does it give to i, the next letter of print?";
}

/** The verdict on the prediction, or what is so where there was none; `p` is the probability of i. */
export function verdict(guess, p) {
  const truth = p < 0.1 ? "rare" : p <= 0.5 ? "even" : "sure";
  const fact = `The model says ${p.toFixed(3)}. Most of the rest goes to e and o: the library that it has read is full of prefixes, processes and protocols, and prints rarely.`;
  if (guess === null) return ["", fact];
  return [guess === truth ? "Right. " : "Not so. ", fact];
}

/** What the text costs. */
export function report({ length, bits }) {
  if (length === 0) return "Nothing typed yet: the bars are the model's guess at the first character of a text.";
  return `${length} character${length === 1 ? "" : "s"}: = ${bits.toFixed(1)} bits under the model, ${(bits / length).toFixed(2)} bits a character.`;
}
