/** What the mass map asks and reports. */

export const OUTCOMES = [
  ["higher", "higher"],
  ["lower", "lower"],
  ["same", "the same"],
];

export function question() {
  return "The button makes the map three times as steep at x = 0. What happens to the density of x there, and to the coloured areas? Mark your guess, then press it.";
}

/** The verdict on a prediction; `guess` is null where the reader made none. */
export function verdict(guess, before, after) {
  const found = `The density at x = 0 rose from ${before.toFixed(3)} to ${after.toFixed(3)}: where the map is steep, a short stretch of x receives the mass of a long stretch of z. Every strip kept its fifth.`;
  if (guess === null) return [`${found} You had made no prediction: make one for the next knot that you drag.`];
  return [guess === "higher" ? "Right. " : "Not so. ", found];
}

export function signed(value) {
  return value.toFixed(2).replace("-", "\u2212");
}

/** A knot as the screen reader says it. */
export function spoken(x, z, slope) {
  return `x ${signed(x)}, z ${signed(z)}, slope ${slope.toFixed(2)}`;
}

/** The mass and the tallest place of the moment. */
export function report({ mass, peak, widths }) {
  const [narrow, wide] = [Math.min(...widths), Math.max(...widths)];
  return `Total mass under the density of x = ${mass.toFixed(4)}. Its highest value is ${peak.value.toFixed(2)}, at x = ${signed(peak.x)}. Of the inner strips the narrowest is ${narrow.toFixed(2)} wide, the widest ${wide.toFixed(2)}: the same mass.`;
}
