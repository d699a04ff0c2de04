/** What the figure of the chains asks, reports and concludes. */

import { CHAINS } from "./walk.mjs";
import { SHARE } from "./sampler.mjs";

export const STEPS = 500;
export const NAMES = [
  ["langevin", "Langevin"],
  ["mala", "MALA"],
  ["metropolis", "Metropolis (blind)"],
  ["hmc", "HMC, 5 leapfrogs"],
  ["gibbs", "Gibbs"],
];
export const GUESSES = [["none", "none"], ["some", "one or two"], ["all", "all three"]];

const name = (key) => NAMES.find(([other]) => other === key)[1].replace(" (blind)", "").replace(", 5 leapfrogs", "");

/** The guess that a number of chains makes right. */
export const outcome = (crossed) => (crossed === 0 ? "none" : crossed === CHAINS ? "all" : "some");

export function question(apart) {
  const where = apart ? "Two chains start in the upper right valley, one in the lower left." : "Three chains start in the upper right valley.";
  return `${where} How many of the three will have been in the lower left one after ${STEPS} steps?`;
}

export function verdict(guess, { crossed, rHat, lost }) {
  if (lost) return ["Lost. ", "The step is too large: a chain shot off the map, and nothing rejects it."];
  const count = crossed === 0 ? "None of the chains has" : crossed === 1 ? "One chain has" : `${crossed} chains have`;
  const found = `${count} been in the lower left valley.`;
  const blind = crossed === 0 && rHat < 1.05 ? ` And R-hat ~ ${rHat.toFixed(2)} sees nothing amiss.` : "";
  if (guess === null) return ["Done. ", `${found}${blind} You had made no prediction.`];
  return [guess === outcome(crossed) ? "Right. " : "Not so. ", `${found}${blind}`];
}

export function report(kernel, { steps, rate, share, rHat, ess, lost }) {
  if (steps === 0) return `${name(kernel)}: no steps yet.`;
  const accepted = kernel === "langevin" || kernel === "gibbs" ? "never rejects" : `accepts ${Math.round(100 * rate)} %`;
  const start = `${name(kernel)} ${accepted}. After ${steps} ${steps === 1 ? "step" : "steps"}`;
  if (lost) return `${start} a chain left the map.`;
  const shares = `${Math.round(100 * share)} % of the draws lie in the lower left valley (the truth is ${Math.round(100 * SHARE)} %)`;
  if (Number.isNaN(rHat)) return `${start}, ${shares}.`;
  return `${start}, ${shares}. R-hat ~ ${rHat.toFixed(2)}, effective sample size ~ ${Math.round(ess)} of ${steps * CHAINS}.`;
}
