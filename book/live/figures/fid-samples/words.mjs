/** What the figure says: the question, the verdict, and the numbers behind the drawing. */

import { html } from "../../shared/dom.mjs";

export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function number(value) {
  return value.toFixed(value >= 9.95 ? 1 : 2);
}

/** "one and the same Gaussian", or what makes the two differ. */
export function sources({ features, shift, spread }) {
  const what = features === 1 ? "one feature" : `${features} features`;
  if (shift === 0 && spread === 1) return `one and the same Gaussian over ${what}`;
  const differences = [];
  if (shift !== 0) differences.push(`means ${shift} apart`);
  if (spread !== 1) differences.push(`standard deviations 1 and ${spread}`);
  return `two Gaussians over ${what} with ${differences.join(" and ")}`;
}

export function question(setting, n, truth) {
  return [
    html("strong", {}, "Predict first. "),
    `Two sets of ${n} samples each are drawn from ${sources(setting)}: the true distance is ${number(truth)}. ` +
      "What will the estimate be on average? Move your guess, then check.",
  ];
}

/** Is the guess within a factor of 1.5 of the mean? */
export function isClose(guess, average) {
  return guess <= 1.5 * average && average <= 1.5 * guess;
}

export function verdict(guess, average, n) {
  const facts = `You said ${number(guess)}; the mean of the estimates is ${number(average)}. `;
  const next = `Now move n from ${n} to larger numbers, change the two Gaussians, or draw anew.`;
  return [html("strong", {}, isClose(guess, average) ? "Close. " : "Not quite. "), facts + next];
}

/** The numbers at the chosen n. */
export function describe({ values, truth, bias, n }) {
  const average = mean(values);
  const range = `from ${number(Math.min(...values))} to ${number(Math.max(...values))}`;
  return (
    `n = ${n}: ${values.length} estimates ${range}, mean ${number(average)}. True distance ${number(truth)}, ` +
    `so they are ${number(Math.abs(average - truth))} too ${average < truth ? "low" : "high"} on average; ` +
    `first-order theory says ${number(bias)}.`
  );
}
