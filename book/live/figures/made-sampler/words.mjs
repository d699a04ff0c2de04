/** What the figure says in words. Log-probabilities are exact, in nats, at temperature 1. */

import { html } from "../../shared/dom.mjs";

/** A number with a real minus sign. */
export function signed(value, digits = 1) {
  return `${value < 0 ? "−" : ""}${Math.abs(value).toFixed(digits)}`;
}

/** "pixel 36 (row 5, column 4)". */
export function pixelName(model, place) {
  const pixel = model.order[place];
  return `pixel ${place + 1} of ${model.dim} (row ${Math.floor(pixel / model.width) + 1}, column ${(pixel % model.width) + 1})`;
}

/** Asks for the level of the next pixel of a chain. */
export function question(model, chain) {
  const given = chain.state.t > 0 ? "The model has seen the pixels so far. " : "Nothing is drawn yet. ";
  return [
    html("strong", {}, "Predict first. "),
    `${given}Which level is the most probable for the outlined pixel, ${pixelName(model, chain.state.t)}? ` +
      `0 is paper, ${model.output.levels - 1} is full ink. Press a bar.`,
  ];
}

/** Compares the reader's level with the model's distribution. */
export function guessVerdict(distribution, level) {
  const favourite = distribution.indexOf(Math.max(...distribution));
  const p = (value) => distribution[value].toPrecision(2);
  const surprise = (-Math.log(distribution[level])).toFixed(1);
  const next = " Press Play to let the model draw, paint over the image, or press a bar to set a pixel by hand.";
  if (favourite === level) {
    return [html("strong", {}, "Right. "), `Level ${level} has p = ${p(level)}: ${surprise} nats of surprise.${next}`];
  }
  const truth = `The model's favourite is level ${favourite} (p = ${p(favourite)}); `;
  return [html("strong", {}, "Not the favourite. "), `${truth}your level ${level} has p = ${p(level)}, a surprise of ${surprise} nats.${next}`];
}

/** What stands in place of the question where the reader went on without a guess. */
export function skipped() {
  return [html("strong", {}, "On you go. "), "Paint over the image, press a bar to set a pixel by hand, or guess a pixel whenever you like."];
}

/** Which conditional the bars show, and what computing it cost. */
export function describeStep(model, { chains, done, lastDraw, asking, temperature }) {
  const [{ state, computed }] = chains;
  const hidden = model.layers.reduce((sum, layer) => sum + layer.bias.length, 0);
  const known = state.known.reduce((sum, count) => sum + count, 0);
  const now = lastDraw ? ` (${computed} of them for this pixel)` : "";
  const cost = `Hidden units known: ${known} of ${hidden}${now}; each is computed once.`;
  const how = lastDraw && lastDraw.u === null ? "set by hand" : lastDraw && `drawn with u = ${lastDraw.u.toFixed(3)}`;
  const last = lastDraw ? ` Before it: level ${lastDraw.level}, ${how}.` : "";
  if (done) return `All ${model.dim} pixels are drawn.`;
  const title = `p(next | so far) for ${pixelName(model, state.t)}.`;
  const legend = temperature === 1 ? "" : ` Bars: at temperature ${temperature.toFixed(2)}; lines: the model's own.`;
  return asking ? title : `${title}${legend}${last} ${cost}`;
}

/** The exact log-probability of what is drawn so far, as a headline and what it is made of. */
export function describeLogProb({ chains, done }) {
  const [{ givenLogProb, logProb, given }] = chains;
  const name = done ? "log p(image)" : "log p(so far)";
  const total = `${name} = ${signed(logProb, 2)} nats`;
  const parts = `given ${given} pixels: ${signed(givenLogProb, 2)}, drawn ${chains[0].state.t - given}: ${signed(logProb - givenLogProb, 2)}`;
  return [total, given > 0 ? parts : "exact: the sum of one term a pixel"];
}
