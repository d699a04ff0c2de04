/** What the figure asks and says. */

export const SAMPLERS = [
  ["ddim", "DDIM, with η"],
  ["heun", "Heun"],
  ["dpm", "DPM-Solver++"],
];
export const GUESSES = [
  ["quiet", "DDIM without noise"],
  ["noisy", "DDIM with η = 1"],
  ["dpm", "DPM-Solver++"],
];
export const STEPS = 10; // what the question is about
const NAMES = { quiet: "DDIM without noise", noisy: "DDIM with η = 1", dpm: "DPM-Solver++" };

export function question() {
  return `With ${STEPS} steps: whose end points come closest to the true density? Then look at one of the others.`;
}

/** Is this a situation that answers the question? */
export function asked({ sampler, steps, eta }) {
  return steps === STEPS && (sampler === "dpm" || (sampler === "ddim" && eta === 1));
}

/** Which of the distances is smallest. */
export function closest(distances) {
  return Object.keys(distances).reduce((best, name) => (distances[name] < distances[best] ? name : best));
}

export function verdict(guess, distances) {
  const best = closest(distances);
  const first = guess === null ? "You had made no prediction. " : guess === best ? "Right. " : "Not so. ";
  const numbers = Object.entries(distances).map(([name, value]) => `${NAMES[name]} ${value.toFixed(3)}`);
  return [
    first,
    `Distances after ${STEPS} steps: ${numbers.join(", ")}. Fresh noise makes a few long steps worse, since each step pretends that it ` +
      "knows x_0; DPM-Solver++ remembers what it saw before and bends its steps.",
  ];
}

/** Which equation the sampler follows. */
function kind({ sampler, eta }) {
  if (sampler !== "ddim" || eta === 0) return "No noise on the way: the paths are those of an ordinary differential equation.";
  return eta === 1 ? "All noise is drawn afresh at every step: ancestral sampling." : "A part of the noise is drawn afresh at every step.";
}

export function report({ sampler, steps, eta, calls, distance, floor }) {
  return (
    `${steps} steps, ${calls} calls of the denoiser. ${kind({ sampler, eta })} Wasserstein distance of 1,000 ends to the truth: ` +
    `${distance.toFixed(3)} (random draws of the truth itself: about ${floor.toFixed(3)}).`
  );
}
