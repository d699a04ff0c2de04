/**
 * A trained RBM: hold pixels, run block Gibbs steps on the others, and see which hidden units are on.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits model beside this figure), `seed`.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, panel } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { freeEnergy, logZ, readRbm } from "../shared/rbm.mjs";
import { Runner } from "../shared/runner.mjs";
import { painting, pixelGrid } from "./made-sampler/pixels.mjs";
import { advance, average, believed, restart, settled, startChain } from "./rbm-gibbs/chain.mjs";
import { unitGrid } from "./rbm-gibbs/hidden.mjs";
import { GUESSES, question, report, unitReport, verdict } from "./rbm-gibbs/words.mjs";

const MODEL = "../models/rbm-digits.safetensors";
const RUN = 200; // steps of a run
const BRUSHES = [["1", "hold ink"], ["0", "hold paper"], ["free", "let go"]];

async function loadModel(bytes) {
  if (bytes) return readRbm(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readRbm(new Uint8Array(await response.arrayBuffer()));
}

class GibbsFigure {
  constructor(root, rbm, { seed = 1 }) {
    this.rbm = rbm;
    this.logZ = logZ(rbm);
    this.draw01 = uniforms(Number(seed));
    this.chain = startChain(rbm, this.draw01);
    Object.assign(this, { brush: "1", pace: 2, mean: false, selected: -1, guess: null, asking: true, example: 0 });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    const { height, width } = rbm;
    this.image = pixelGrid({ height, width, label: "the visible units", paintable: true });
    painting(this.image, { height, width }, (pixel) => this.paint(pixel));
    this.units = unitGrid(rbm, (j) => this.select(j));
    this.runner = new Runner(`${RUN} steps`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say(), pace: () => this.pace });
    root.append(this.ask.node, this.layout());
    if (rbm.examples.length > 0) this.holdHalf();
    this.putQuestion();
    this.draw();
    this.say();
  }

  layout() {
    const buttons = [button("Step", () => this.step()), this.runner.button, button("New noise", () => this.renew())];
    const legend = html("p", { class: "live-legend" }, "Hidden units: blue wants ink, orange wants paper; a frame marks those that are on");
    return html("div", { class: "live-panels live-rbm" },
      panel("live-a", "Visible units: press or paint to hold pixels", this.image.node, html("div", { class: "live-row" }, ...buttons)),
      panel("live-b", "Hidden units", this.units.node, legend, this.report.node),
      panel("live-d", "Change", this.controls()));
  }

  controls() {
    const guesses = choice({ label: "Of the pixels that are not held", options: GUESSES, value: null, onInput: (value) => (this.guess = value) });
    this.guesses = guesses;
    const parts = [
      guesses.node,
      choice({ label: "Brush", options: BRUSHES, value: this.brush, onInput: (value) => (this.brush = value) }).node,
      slider({ label: "Steps a picture", min: 1, max: 10, step: 1, value: this.pace, onInput: (value) => (this.pace = value) }).node,
      toggle({ label: "Show the average over the steps", value: false, onInput: (on) => this.show({ mean: on }) }),
      button("Let all go", () => this.letGo()),
    ];
    if (this.rbm.examples.length > 0) parts.push(button("Hold the left half of another digit", () => this.another()));
    return html("div", { class: "live-controls" }, ...parts);
  }

  putQuestion() {
    this.asking = true;
    this.guess = null;
    this.guesses.set(null);
    this.ask.say(html("strong", {}, "Predict first. "), question(this.rbm.visible - this.chain.held.size));
  }

  show(settings) {
    Object.assign(this, settings);
    this.draw();
  }

  select(j) {
    this.show({ selected: this.selected === j ? -1 : j });
    this.say();
  }

  /** Hold the left half of the current example, at noise in the right one. */
  holdHalf() {
    const { width, examples } = this.rbm;
    const image = examples[this.example];
    this.chain.held = new Set(Array.from(image.keys()).filter((i) => i % width < width / 2));
    for (const i of this.chain.held) this.chain.x[i] = image[i];
    restart(this.rbm, this.chain, this.draw01);
  }

  another() {
    this.runner.halt();
    this.example = (this.example + 1) % this.rbm.examples.length;
    this.holdHalf();
    this.afresh();
  }

  renew() {
    this.runner.halt();
    restart(this.rbm, this.chain, this.draw01);
    this.afresh();
  }

  letGo() {
    this.runner.halt();
    this.chain.held.clear();
    restart(this.rbm, this.chain, this.draw01);
    this.afresh();
  }

  afresh() {
    this.putQuestion();
    this.draw();
    this.say();
  }

  paint(pixel) {
    const { chain, brush } = this;
    if (brush === "free") chain.held.delete(pixel);
    else {
      chain.held.add(pixel);
      chain.x[pixel] = Number(brush);
    }
    Object.assign(chain, { steps: 0, ink: new Float64Array(this.rbm.visible) });
    if (this.asking) this.ask.say(html("strong", {}, "Predict first. "), question(this.rbm.visible - chain.held.size));
    this.draw();
    this.say();
  }

  step() {
    this.runner.halt();
    advance(this.rbm, this.chain, this.draw01);
    this.draw();
    this.say();
  }

  *run() {
    for (let k = 0; k < RUN; k += 1) yield advance(this.rbm, this.chain, this.draw01);
  }

  arrive() {
    this.draw();
    this.say();
    if (!this.asking || this.chain.held.size === this.rbm.visible) return;
    const [first, rest] = verdict(this.guess, settled(this.chain));
    this.ask.say(html("strong", {}, first), rest);
    this.asking = false;
  }

  say() {
    const { chain, rbm, selected } = this;
    const on = chain.h.reduce((sum, value) => sum + value, 0);
    const text = report({ steps: chain.steps, held: chain.held.size, on, free: freeEnergy(rbm, chain.x), logZ: this.logZ });
    const unit = selected < 0 ? "" : ` ${unitReport(selected, chain.h[selected], believed(rbm, chain)[selected], rbm.c[selected])}`;
    this.report.say(text + unit);
  }

  draw() {
    const { chain, rbm } = this;
    const values = this.mean ? average(chain) : chain.x;
    const spoken = (i) => {
      const held = chain.held.has(i) ? ", held" : "";
      return `row ${Math.floor(i / rbm.width) + 1}, column ${(i % rbm.width) + 1}, ${chain.x[i] ? "ink" : "paper"}${held}`;
    };
    this.image.draw(values, { levels: 2, given: chain.held, spoken });
    this.units.draw(chain.h, believed(rbm, chain), this.selected);
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new GibbsFigure(root, await loadModel(options.model), options);
  return () => figure.runner.halt();
}
