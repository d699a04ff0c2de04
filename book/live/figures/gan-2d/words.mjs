/** What the figure asks and says. */

export const OUTCOMES = [
  ["all", "all of them"],
  ["some", "some of them"],
  ["few", "two at most"],
];

export function question(modes, rounds) {
  return (
    `A generator and a critic of a few hundred weights each will play here, in your browser. The data have ${modes} modes (circles). ` +
    `How many of them will the generator cover after ${rounds} rounds?`
  );
}

/** How many modes are covered, in the words of the prediction. */
export function outcome(covered, modes) {
  if (covered === modes) return "all";
  return covered > 2 ? "some" : "few";
}

const WHY = {
  all: "Where draws were missing, the critic went on trusting the data, and its slope led draws there.",
  some: "Where draws crowd, the critic learns to say “generated”, and the slope leads them on to modes that it still trusts. Run on: are the others found, or are the first ones left?",
  few: "All draws see one critic and climb the same slope to the same place. When the critic has learnt that place, they move on together.",
};

export function verdict(guess, covered, modes) {
  const text = Object.fromEntries(OUTCOMES);
  const end = outcome(covered, modes);
  const first = guess === null ? "" : guess === end ? "Right. " : "Not so. ";
  const told = guess === null ? "You had made no prediction. " : "";
  return [first, `${told}Covered: ${text[end]} (${covered} of ${modes}). ${WHY[end]}`];
}

export function report({ rounds, covered, modes, good, least, draws }) {
  return (
    `After ${rounds} rounds: ${covered} of ${modes} modes covered (each by at least ${least} of ${draws} draws within three standard deviations), ` +
    `${Math.round(100 * good)} % of the draws good.`
  );
}

export function described({ covered, modes, rounds }) {
  return `The plane after ${rounds} rounds: ${modes} modes as circles, ${covered} of them covered by the generator's draws; blue where the critic believes in data, orange where it does not`;
}
