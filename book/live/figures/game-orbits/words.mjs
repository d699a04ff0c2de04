/** What the figure of the orbits asks and reports. */

export const GAMES = [
  ["xy", "V = θφ"],
  ["minimax", "Dirac-GAN, minimax"],
  ["nonSaturating", "Dirac-GAN, non-saturating"],
];
export const METHODS = [
  ["simultaneous", "simultaneous"],
  ["alternating", "alternating"],
  ["extragradient", "extragradient"],
  ["optimistic", "optimistic"],
  ["consensus", "consensus (weight 0.5)"],
];
export const OUTCOMES = [
  ["in", "come in"],
  ["stay", "keep its distance"],
  ["out", "run away"],
];
const FOUND = { in: "came in", stay: "kept its distance", out: "ran away" };

export function question() {
  return "Two players step on their own slopes around the equilibrium in the middle. Mark what the orbit will do, then run it.";
}

/** What an orbit did: its last distances from the middle against the first. */
export function outcome(distances) {
  const last = distances.slice(-20);
  const end = last.reduce((sum, d) => sum + d, 0) / last.length;
  if (!(end < 2 * distances[0])) return "out";
  return end < 0.5 * distances[0] ? "in" : "stay";
}

export function verdict(guess, found) {
  const text = `The orbit ${FOUND[found]}.`;
  if (guess === null) return [`${text} You had made no prediction: change something and predict the next one.`];
  return guess === found ? ["Right. ", text] : ["Not so. ", text];
}

/** The state of the moment, for the reader and for the screen reader. */
export function report({ steps, w, radius }) {
  const at = w.map((value) => value.toFixed(2).replace("-", "−"));
  const rule = Math.abs(radius - 1) < 1e-9 ? "neither shrinks nor grows near the middle" : radius < 1 ? "shrinks near the middle" : "grows near the middle";
  return `After ${steps} steps θ = ${at[0]}, φ = ${at[1]}, at a distance of ${Math.hypot(...w).toFixed(3)}. Spectral radius ${radius.toFixed(4)}: a step ${rule}.`;
}
