/** What the figure asks and says. */

import { dot, used } from "./planar.mjs";

const number = (value, places = 2) => value.toFixed(places).replace("-", "−");

export const OUTCOMES = [
  ["grow", "grow"],
  ["shrink", "shrink"],
  ["stay", "stay as they are"],
];

export function question() {
  return (
    "The arrow u of this layer pushes points along w and so changes areas. The button turns u to a right angle with w and keeps its length. " +
    "What will the areas of the small cells do then?"
  );
}

/** What happened to areas: all determinants are one, or some are above or below. */
export function outcome({ least, most }) {
  if (Math.max(Math.abs(least - 1), Math.abs(most - 1)) < 1e-6) return "stay";
  return most - 1 > 1 - least ? "grow" : "shrink";
}

export function verdict(guess, end) {
  const first = guess === null ? "" : guess === end ? "Right. " : "Not so. ";
  const told = guess === null ? "You had made no prediction. " : "";
  return [first, `${told}With wᵀu = 0 the determinant 1 + h′ wᵀu is 1 everywhere: the layer is a shear. Cells change their shape and keep their areas.`];
}

/** The layer that is set, and the determinants of the whole way. */
export function report(layer, constrained, count, { least, most }) {
  const along = dot(layer.w, layer.u);
  const { m } = used(layer, constrained);
  const kept = constrained ? `the constraint makes it wᵀû = ${number(m, 3)}, always above −1` : "the constraint is off, so û = u";
  const folds = least < 0 ? " Space folds: where the determinant is negative, two points or more share an image, and this is no flow." : "";
  const whole = least > 0 ? `log det from ${number(Math.log(least))} to ${number(Math.log(most))}` : `the determinant goes from ${number(least)} to ${number(most)}`;
  return `This layer: wᵀu = ${number(along)}; ${kept}. ${count === 1 ? "The layer" : `All ${count} layers`}: ${whole} over the grid.${folds}`;
}

/** The words of a screen reader for the lattice. */
export function described(layer, count) {
  const pair = (vector) => vector.map((value) => number(value, 1)).join(", ");
  return `A grid of points bent by ${count} planar ${count === 1 ? "layer" : "layers"}; arrows w (${pair(layer.w)}) and u (${pair(layer.u)}) of one layer, with its switching line`;
}
