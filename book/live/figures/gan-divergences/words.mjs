/** What the figure of the divergences asks and reports. */

export const NAMES = { minimax: "minimax", nonSaturating: "non-saturating", wasserstein: "Wasserstein" };
export const ANSWERS = [
  ["all", "all three"],
  ["butMinimax", "all but minimax"],
  ["wasserstein", "only Wasserstein"],
];

/** A number for reading: two or three digits, small ones as a power of ten, with a real minus. */
export function number(value) {
  const size = Math.abs(value);
  const text = size === 0 || size >= 0.01 ? value.toFixed(size < 10 ? 3 : 1) : value.toExponential(1);
  return text.replaceAll("-", "−");
}

export function question() {
  return "The grey density p is the data, the blue q the generator, far off. Mark which losses will bring the mean of q near that of p in 200 gradient steps, then follow each.";
}

/** What is true of the answers, once all three were followed: which of them arrived. */
export function truth(arrived) {
  if (arrived.minimax && arrived.nonSaturating && arrived.wasserstein) return "all";
  if (!arrived.minimax && arrived.nonSaturating && arrived.wasserstein) return "butMinimax";
  return !arrived.minimax && !arrived.nonSaturating && arrived.wasserstein ? "wasserstein" : "other";
}

/** The report of one descent. */
export function arrival(loss, near, mean) {
  return near
    ? `${NAMES[loss]}: q has arrived.`
    : `${NAMES[loss]}: after 200 steps q still stands at ${number(mean)}.`;
}

/** The verdict when all three have been followed; `guess` is null where the reader made none. */
export function verdict(guess, found) {
  const text = { all: "All three brought q back.", butMinimax: "All but minimax brought q back.", wasserstein: "Only Wasserstein brought q back.", other: "The three fared differently." }[found];
  if (guess === null) return [`${text} You had made no prediction: move q and predict the next round.`];
  return guess === found ? ["Right. ", text] : ["Not so. ", text];
}

/** Where q is and what is measured, for the reader and for the screen reader. */
export function report(q, { jsd, w1, slopes }) {
  const at = `q has mean ${number(q.mean)} and standard deviation ${q.scale.toFixed(2)}.`;
  const values = `JSD = ${jsd.toFixed(4)} of at most 0.6931 nats; W1 = ${w1.toFixed(3)}.`;
  return `${at} ${values} ${blame(jsd, slopes)}`;
}

function blame(jsd, slopes) {
  if (jsd < 0.01) return "The critic can only guess.";
  if (jsd > 0.69) return `The critic is all but certain everywhere: minimax pulls with ${number(Math.abs(slopes.minimax))}.`;
  return "The critic is unsure where the densities overlap.";
}
