/** What the figure asks and says. */

import { level } from "./model.mjs";

const number = (value, places = 2) => value.toFixed(places).replace("-", "−");
const [MUCH, LITTLE] = [0.75, 0.45]; // correlations that divide the three answers

export const GUESSES = [
  ["much", "nearly all of it"],
  ["some", "its rough shape"],
  ["little", "next to nothing"],
];

export const BRUSHES = [
  ["16", "ink"],
  ["8", "grey"],
  ["0", "paper"],
];

export const CLASSES = [["any", "any"], ...Array.from({ length: 10 }, (_, k) => [String(k), String(k)])];

export const STARTS = [
  ["scribble", "my scribble, noised"],
  ["noise", "pure noise"],
];

export function question(strength) {
  const { alpha, sigma } = level(strength);
  return (
    `Your scribble is noised up to t = ${number(strength)}: ${number(alpha)} times the scribble plus noise of deviation ${number(sigma)}. ` +
    "Then the denoiser walks back to a clean digit. How much of the scribble will be left?"
  );
}

export const WITHOUT =
  "From pure noise there is nothing to keep: the denoiser invents a digit. Choose the scribble to make a prediction.";

export function outcome(kept) {
  if (kept > MUCH) return "much";
  return kept < LITTLE ? "little" : "some";
}

export function verdict(guess, kept) {
  const right = guess === outcome(kept);
  const first = guess === null ? "" : right ? "Right. " : "Not so. ";
  const told = guess === null ? "You had made no prediction. " : "";
  const meaning = {
    much: "There was too little noise to hide it, so flaws of the scribble stay too.",
    some: "The noise hid the details, and the denoiser redrew them; the large strokes survived.",
    little: "The noise hid nearly everything, so the model drew what it thinks likely.",
  };
  return [first, `${told}The correlation of digit and scribble is ${number(kept)}. ${meaning[outcome(kept)]}`];
}

/** Where the walk stands. */
export function report({ step, count, t }) {
  const { alpha, sigma } = level(t);
  return `Step ${step} of ${count}: t = ${number(t)}, signal × ${number(alpha)}, noise × ${number(sigma)}.`;
}

export const WAITING = "The denoiser, 0.6 MB, is loaded when you press the button for the first time; then everything runs in your browser.";
