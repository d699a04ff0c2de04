/** What the figure of the directions asks and reports. */

export const GUESSES = [
  ["strong", "the strongest directions lose the most nats"],
  ["weak", "the weakest directions lose the most nats"],
  ["equal", "all that stay on lose the same"],
];

export function question() {
  return (
    "A bar is as high as the data vary in its direction, on a logarithmic scale; the dashed line is the noise. What is blue " +
    "is what the code carries. The noise is going to double. What happens?"
  );
}

/** The verdict on a guess after the noise has doubled: how many directions went off, out of how many. */
export function verdict(guess, before, after) {
  const off = before - after;
  const gone = off === 0 ? "None went off." : `${off} of ${before} went off: they had less to lose, and lost it all.`;
  const what = `Every direction that stayed on lost ½ log 2 = 0.347 nats, strong or weak. ${gone}`;
  if (guess === null) return [`${what} You had made no prediction.`];
  return guess === "equal" ? ["Right. ", what] : ["Not so. ", what];
}

const digits = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(0));

/** The state of the model in words. */
export function report({ variance, on, latents, rate, evidence, error }) {
  const state = `Noise variance ${digits(variance)}: ${on} of ${latents} directions are on; the code carries ${rate.toFixed(1)} nats.`;
  const fit = `Mean log p(x) of the training digits = ${evidence.toFixed(1).replace("-", "\u2212")} nats.`;
  return `${state} This digit is rebuilt with an error of ${error.toFixed(1)} levels a pixel. ${fit}`;
}

/** The chosen direction in words. */
export function direction(k, { value, length, rate }) {
  const name = `Direction ${k + 1}: variance ${digits(value)}`;
  if (length === 0) return `${name}, under the noise. Its column of W is zero: it is off.`;
  return `${name}. Its column of W has length ${length.toFixed(2)} and carries ${rate.toFixed(2)} nats.`;
}
