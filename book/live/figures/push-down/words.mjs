/** What the figure asks and says. */

const number = (value, places = 2) => value.toFixed(places).replace("-", "−");

/** log Z as Z, where it can be written. */
function ofZ(logZ) {
  return logZ < 12 ? Math.exp(logZ).toFixed(logZ < 5 ? 1 : 0) : `e^${logZ.toFixed(1)}`;
}

export const OUTCOMES = [
  ["all", "on all three points"],
  ["one", "on one place only"],
  ["even", "evenly everywhere"],
];

export function question() {
  return (
    "The positive phase lowers the energy at the data (dots), and the negative phase raises it wherever the model puts its mass. " +
    "Switch the negative phase off and push for long: where will the mass end?"
  );
}

/** Where the mass is: most of it within half a unit of one place, near all data, or neither. */
export function outcome(p, near) {
  if (Math.max(...p) > 0.15) return "one";
  return near.every((share) => share > 0.12) && near.reduce((a, b) => a + b, 0) > 0.55 ? "all" : "even";
}

export function verdict(guess, end) {
  const text = Object.fromEntries(OUTCOMES);
  const first = guess === null ? "" : guess === end ? "Right. " : "Not so. ";
  const why = {
    one: "Two of the bumps overlap, so the energy sinks fastest between them, and exp(−E) takes the largest difference there is. Z grows without end, and the other datum becomes impossible.",
    all: "Mass has come to all three.",
    even: "The energies hardly differ yet: push on.",
  };
  const told = guess === null ? "You had made no prediction. " : "";
  return [first, `${told}The mass is ${text[end]}. ${why[end]}`];
}

export function report({ logZ, meanEnergy, logLikelihood }, pushes) {
  return (
    `After ${pushes} pushes: Z = ${ofZ(logZ)} (log Z = ${number(logZ)} nats), mean energy of the data = ${number(meanEnergy)}, ` +
    `mean log p of the data = ${number(logLikelihood)} nats.`
  );
}
