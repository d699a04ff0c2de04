/** What the figure asks and says. */

export const SHARES = [
  ["few", "one to three"],
  ["some", "four to six"],
  ["all", "seven or eight"],
];

export function question() {
  return (
    "Eight codes huddle in a corner. Each step moves a code towards the mean of the points that are nearest to it. " +
    "Without revival, how many of the eight will be in use after 40 steps?"
  );
}

export function share(used) {
  if (used <= 3) return "few";
  return used <= 6 ? "some" : "all";
}

/** The answer after a run; `revived` is whether the dead were revived in it. */
export function verdict(guess, { used, perplexity }, revived) {
  const told = `${used} of the eight codes are in use; perplexity = ${perplexity.toFixed(2)}.`;
  if (revived) return ["", `With revival ${told} Whoever dies is put on a point, and at least that point wants it.`];
  const first = guess === null ? "" : guess === share(used) ? "Right. " : "Not so. ";
  const asked = guess === null ? "You had made no prediction. " : "";
  const why = used < 7 ? " A code that is nearest to no point has no mean to move to, and nothing will wake it. Switch revival on, or drag one to the points." : "";
  return [first, `${asked}${told}${why}`];
}

export function report({ used, perplexity, error }, steps) {
  return (
    `After ${steps} ${steps === 1 ? "step" : "steps"}: ${used} of 8 codes in use, perplexity = ${perplexity.toFixed(2)}, ` +
    `mean squared error = ${error.toFixed(3)}.`
  );
}

/** What a screen reader says of a code. */
export function described(k, [x, y], uses) {
  const place = [x, y].map((value) => value.toFixed(1).replace("-", "−")).join(", ");
  return `Code ${k + 1} at ${place}, ${uses ? `nearest to ${uses} points` : "dead"}. Arrow keys move it.`;
}
