/** What the figure asks and says. */

const number = (value, places = 2) => value.toFixed(places).replace("-", "−");

export const PLACES = [
  ["mode", "in the left mode"],
  ["middle", "near the mean of all data"],
  ["stay", "where x_t is"],
];

export function question() {
  return "Drag the noisy x_t, or change the time. With the time at 1 and x_t dragged to the far left: where does the posterior mean lie?";
}

/** Is this the situation that the question is about? */
export function asked({ x, t }) {
  return t >= 0.95 && x <= -2;
}

export function verdict(guess, { mean }) {
  const first = guess === null ? "" : guess === "middle" ? "Right. " : "Not so. ";
  const told = guess === null ? "You had made no prediction. " : "";
  return [
    first,
    `${told}It lies at ${number(mean)}, near the mean of all data, 0.25. Hardly any signal is left, so x_t says nothing about x_0: the posterior is the data.`,
  ];
}

export function report({ x, t, alpha, sigma, score, mean, logP }) {
  return (
    `t = ${number(t)}: α = ${number(alpha, 3)}, σ = ${number(sigma, 3)}. At x_t = ${number(x)}: log p_t = ${number(logP)} nats, ` +
    `score = ${number(score)}, and the posterior mean is (x_t + σ² · score) / α = ${number(mean)}.`
  );
}
