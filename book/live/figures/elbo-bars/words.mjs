/** What the figure of the bound asks and reports. */

export const GUESSES = [
  ["closed", "it will vanish"],
  ["open", "some of it will stay"],
];
const CLOSED = 0.01; // nats

/** A number with two decimals and a proper minus sign. */
export function number(value) {
  return value.toFixed(2).replace("-", "\u2212");
}

export function question() {
  return "The grey posterior shows which z can have caused x. If q climbs to its best, what becomes of the gap? Guess, then press the button; bend the decoder and guess again.";
}

/** The verdict after a climb; `guess` is null where the reader made none. */
export function verdict(guess, gap) {
  const found = gap < CLOSED ? "closed" : "open";
  const fact = found === "closed"
    ? "q has become the posterior: the bound is the evidence."
    : `The gap stays at ${number(gap)} nats: no small step makes it smaller, though another start may end elsewhere.`;
  if (guess === null) return [`${fact} You had made no guess: change the world and make one.`];
  return [guess === found ? "Right. " : "Not so. ", fact];
}

/** The balance of the moment, for the reader and for the screen reader. */
export function report({ q, evidence, elbo, gap, reconstruction, latent }) {
  return `q has mean ${number(q.mean)} and standard deviation ${number(q.scale)}. ELBO ${number(elbo)} plus KL ${number(gap)} is log p(x) = ${number(evidence)} nats, wherever q is. `
    + `The ELBO is the reconstruction, ${number(reconstruction)}, less the latent term, ${number(latent)}.`;
}
