/** What the plane of the generator asks and reports. */

const percent = (share) => `${(100 * share).toFixed(1)}%`;
const signed = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2).replace("-", "\u2212");
const name = ({ digit, bold }) => `${bold ? "bold" : "thin"} ${digit}`;

export function question([first, second]) {
  return `The code of a bold ${first}, minus that of a thin ${first}, plus that of a thin ${second}. What will the generator draw?`;
}

export function guesses([first, second]) {
  return [[`bold ${second}`, `a bold ${second}`], [`thin ${second}`, `a thin ${second}`], [`bold ${first}`, `a bold ${first}`], ["other", "something else"]];
}

/** The verdict on a sum; `found` is the term that its image is nearest to, `guess` null where there was none. */
export function verdict(pair, guess, found, [before, after]) {
  const outcome = guesses(pair).some(([key]) => key === name(found)) ? name(found) : "other";
  const ink = `Ink went from ${percent(before)} to ${percent(after)} of the image, and of the twenty mean digits the sum is nearest to the ${name(found)}.`;
  if (guess === null) return ["", `${ink} You had made no guess: take a new sum and make one.`];
  return [guess === outcome ? "Right. " : "Not so. ", ink];
}

/** Where the cross is and what was measured on the image there. */
export function report(amounts, { ink, lean }) {
  const [thickness, slant, rotation] = amounts.map(signed);
  return `Added: ${thickness} of thickness, ${slant} of slant, ${rotation} of rotation. Measured on the image: ${percent(ink)} ink, lean ${signed(lean)}.`;
}
