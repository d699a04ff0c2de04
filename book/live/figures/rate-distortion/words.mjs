/** What the figure says: the question, the verdict, and the numbers of the chosen model. */

import { html } from "../../shared/dom.mjs";

const number = (value) => value.toFixed(1);

export function question(point, asked) {
  return [
    html("strong", {}, "Predict first. "),
    `At beta = ${point.beta} the code of an image costs ${number(point.rate)} nats. What will it cost at beta = ${asked.beta}, ` +
      "where every nat of it weighs more? And what will the reconstructions look like? Move your guess, then check.",
  ];
}

/** Is the guess within two nats? */
export function isClose(guess, rate) {
  return Math.abs(guess - rate) <= 2;
}

export function verdict(guess, asked) {
  const facts = `You said ${number(guess)} nats; at beta = ${asked.beta} it is ${number(asked.rate)}. `;
  const next = "Now move beta along the whole curve, and watch reconstructions and samples: which beta serves which of them?";
  return [html("strong", {}, isClose(guess, asked.rate) ? "Close. " : "Not quite. "), facts + next];
}

/** The numbers of a point. */
export function describe({ beta, rate, distortion, active }) {
  const units = `${Math.round(active)} of 16 latents active`;
  return (
    `beta = ${beta}: rate ${number(rate)} nats, distortion ${number(distortion)}, together <= ${number(rate + distortion)} ` +
    `nats an image; ${units}.`
  );
}
