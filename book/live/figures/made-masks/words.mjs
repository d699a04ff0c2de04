/** What the figure says in words: the same facts as the drawing, for everybody and for screen readers. */

import { html } from "../../shared/dom.mjs";

/** "pixel 3", "pixels 1 and 4", "pixels 1, 2 and 4", "no pixel". */
export function pixels(indices) {
  const names = [...indices].map((i) => i + 1);
  if (names.length === 0) return "no pixel";
  if (names.length === 1) return `pixel ${names[0]}`;
  return `pixels ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What the network diagram shows for the unit that is selected. */
export function describeUnit({ net, counts, lit, selected, hideAnswer }) {
  if (hideAnswer || !selected) return "";
  const { layer, unit } = selected;
  const degree = net.degrees[layer][unit];
  const top = net.degrees.length - 1;
  const on = (flags) => flags.flatMap((flag, i) => (flag ? [i] : []));
  if (layer === 0) return `Input pixel ${unit + 1} (degree ${degree}) reaches the outputs for ${pixels(on(lit[top]))}.`;
  if (layer < top) {
    return `This hidden unit (degree ${degree}) sees ${pixels(on(lit[0]))} and feeds the outputs for ${pixels(on(lit[top]))}.`;
  }
  const paths = counts[unit].reduce((sum, value) => sum + value, 0);
  const own = counts[unit][unit] > 0 ? ` It sees its own pixel ${unit + 1}: this is the leak.` : "";
  const through = `${paths} ${paths === 1 ? "path" : "paths"}`;
  return `The output for pixel ${unit + 1} (degree ${degree}) is reached by ${pixels(on(lit[0]))}, through ${through}.${own}`;
}

/** What the matrix of path counts shows. */
export function describeAudit({ audit, hideAnswer, counts }) {
  if (hideAnswer) return "The matrix appears after your guess.";
  const allowed = (counts.length * (counts.length - 1)) / 2;
  const present = `${audit.present} of the ${allowed} allowed dependencies have a path`;
  if (audit.forbidden > 0) {
    return `Leak: ${audit.forbidden} outputs see the pixel that they should predict. The product of the conditionals is no longer a distribution.`;
  }
  if (audit.missing > 0) {
    return `Strictly lower triangular, so valid; but only ${present}: there are too few hidden units for every degree.`;
  }
  return `Strictly lower triangular: ${present}, and no forbidden one does.`;
}

/** Compares the reader's marks with the answer. */
export function verdict(target, marks, answer) {
  const missed = [...answer].filter((pixel) => !marks.has(pixel)).sort((a, b) => a - b);
  const extra = [...marks].filter((pixel) => !answer.has(pixel)).sort((a, b) => a - b);
  const right = missed.length === 0 && extra.length === 0;
  const head = html("strong", {}, right ? "Right. " : "Not quite. ");
  const truth = `The output for pixel ${target + 1} is reached by ${pixels([...answer].sort((a, b) => a - b))}.`;
  const parts = [truth];
  if (missed.length > 0) parts.push(`You left out ${pixels(missed)}.`);
  if (extra.length > 0) parts.push(`You marked ${pixels(extra)} too.`);
  return [head, `${parts.join(" ")} Now press any pixel, unit or row, and change the network below.`];
}
