/**
 * Directions of probabilistic PCA switch off as the noise grows. The reader predicts what a doubling of the noise
 * takes from each, then moves the noise.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits beside this figure), `variance` of
 * the noise at the start, `example`, the digit that is rebuilt.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel } from "../shared/dom.mjs";
import { roving } from "../shared/roving.mjs";
import { decode, evidence, lengths, posterior, rates, readSpectrum } from "./ppca-directions/model.mjs";
import { RANGE, drawImage, drawSpectrum, ink, signed } from "./ppca-directions/plot.mjs";
import { GUESSES, direction, question, report, verdict } from "./ppca-directions/words.mjs";

const MODEL = "../models/ppca-digits.safetensors";
const MOST = 32; // latents: the directions that are shown

async function load(bytes) {
  if (bytes) return readSpectrum(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readSpectrum(new Uint8Array(await response.arrayBuffer()));
}

class Directions {
  constructor(root, model, { variance = 9, example = 3 }) {
    this.model = model;
    this.latents = Math.min(MOST, model.values.length - 1);
    this.state = { variance: Number(variance), example: Number(example), chosen: 0, guess: null };
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.about = liveRegion("live-report");
    this.spectrum = html("div", { class: "live-drawing" });
    this.images = html("div", { class: "live-ppca-images" });
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.draw();
  }

  layout() {
    const digit = slider({ label: "Digit", min: 0, max: this.model.examples.length - 1, step: 1, value: this.state.example, onInput: (example) => this.change({ example }) });
    return html("div", { class: "live-panels live-ppca" },
      panel("live-a", "Variance of the data, by direction; press a bar to see its direction", this.spectrum, this.about.node, this.controls()),
      panel("live-b", "A digit, through the code and back", this.images, digit.node, this.report.node));
  }

  controls() {
    const { state } = this;
    const [low, high] = RANGE.map(Math.log10);
    // The slider moves in steps; what it stands for may lie between two of them.
    const near = (value) => Math.abs(value - Math.log10(state.variance)) < 0.006;
    const show = (value) => (near(value) ? state.variance : 10 ** value).toPrecision(3);
    this.noise = slider({ label: "Noise variance σ²", min: low, max: high, step: 0.01, value: Math.log10(state.variance), format: show, onInput: (value) => this.change({ variance: 10 ** value }) });
    this.guesses = choice({ label: "When the noise doubles,", options: GUESSES, value: null, onInput: (guess) => Object.assign(state, { guess }) });
    return html("div", { class: "live-controls" }, this.guesses.node,
      html("div", { class: "live-row" }, button("Double the noise", () => this.double())), this.noise.node);
  }

  /** How many directions are on. */
  count() {
    return lengths(this.model.values.slice(0, this.latents), this.state.variance).filter((length) => length > 0).length;
  }

  double() {
    const before = this.count();
    const variance = Math.min(RANGE[1], 2 * this.state.variance);
    if (variance < 2 * this.state.variance) {
      this.ask.say("The noise cannot double any more: move it down first.");
      return;
    }
    this.change({ variance });
    this.noise.set(Math.log10(variance));
    const [first, ...rest] = verdict(this.state.guess, before, this.count());
    this.ask.say(html("strong", {}, first), ...rest);
    this.state.guess = null;
    this.guesses.set(null);
  }

  change(settings) {
    Object.assign(this.state, settings);
    this.draw();
  }

  describe(k) {
    const { values } = this.model;
    const one = values.slice(k, k + 1);
    const { variance } = this.state;
    return direction(k, { value: values[k], length: lengths(one, variance)[0], rate: rates(one, variance)[0] });
  }

  draw() {
    const { model, latents, state: { variance, example, chosen } } = this;
    const shown = Array.from(model.values.slice(0, latents), (value) => ({ value, on: value > variance }));
    const focused = this.spectrum.contains(document.activeElement);
    const width = Math.max(260, this.spectrum.clientWidth || 260);
    const { drawing, marks } = drawSpectrum(shown, variance, chosen, width, (k) => this.describe(k));
    this.spectrum.replaceChildren(drawing);
    roving([marks], (_, k) => this.change({ chosen: k }), [0, chosen]);
    if (focused) marks[chosen].focus();
    const x = model.examples[example];
    const rebuilt = decode(model, posterior(model, x, variance, latents).mean, variance);
    this.drawImages(x, rebuilt);
    const error = Math.sqrt(x.reduce((sum, value, i) => sum + (value - rebuilt[i]) ** 2, 0) / x.length);
    const rate = rates(model.values.slice(0, latents), variance).reduce((sum, nats) => sum + nats, 0);
    this.about.say(this.describe(chosen));
    this.report.say(report({ variance, on: this.count(), latents, rate, evidence: evidence(model, variance, latents), error }));
  }

  drawImages(x, rebuilt) {
    const { model, state: { variance, chosen } } = this;
    const column = lengths(model.values, variance)[chosen];
    const weights = model.directions[chosen].map((value) => value * column);
    const part = (image, caption) => html("figure", {}, image, html("figcaption", {}, caption));
    this.images.replaceChildren(
      part(drawImage(x, "the digit", ink), "the digit"),
      part(drawImage(rebuilt, "what the code keeps of it", ink), "rebuilt"),
      part(drawImage(weights, `column ${chosen + 1} of W`, signed(4)), `column ${chosen + 1} of W`));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new Directions(root, await load(options.model), options);
  return () => figure.stopWatching();
}
