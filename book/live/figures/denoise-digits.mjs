/**
 * A trained denoiser at work, step by step, from pure noise or from the reader's own scribble (SDEdit).
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits model beside this figure, loaded at
 * the first press), `seed`.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, panel } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { NOISE, correlation, noised, normals, readDenoiser, walk } from "./denoise-digits/model.mjs";
import { BRUSHES, CLASSES, GUESSES, STARTS, WAITING, WITHOUT, question, report, verdict } from "./denoise-digits/words.mjs";
import { painting, pixelGrid } from "./made-sampler/pixels.mjs";

const MODEL = "../models/denoise-digits.safetensors";
const [SIDE, LEVELS] = [8, 17];
// A clumsy seven, to begin with.
const SEVEN = [10, 11, 12, 13, 14, 21, 22, 29, 36, 37, 44, 52, 60];

async function load(bytes) {
  if (bytes && bytes.byteLength > 0) return readDenoiser(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readDenoiser(new Uint8Array(await response.arrayBuffer()));
}

const ink = (value) => Math.min(LEVELS - 1, Math.max(0, ((value + 1) * (LEVELS - 1)) / 2));

class Denoising {
  constructor(root, { model, seed = 3 }) {
    Object.assign(this, { bytes: model, model: null, brush: "16", begin: "scribble", strength: 0.6, count: 25, label: null, scale: 2 });
    this.draw01 = uniforms(Number(seed));
    this.eps = normals(SIDE * SIDE, this.draw01);
    this.scribble = Float64Array.from({ length: SIDE * SIDE }, (_, i) => (SEVEN.includes(i) ? LEVELS - 1 : 0));
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    const size = { height: SIDE, width: SIDE };
    this.paper = pixelGrid({ ...size, label: "your scribble", paintable: true });
    this.noisy = pixelGrid({ ...size, label: "the noisy image x_t" });
    this.clean = pixelGrid({ ...size, label: "the clean image that the denoiser sees" });
    painting(this.paper, size, (pixel) => this.paint(pixel));
    this.runner = new Runner("Denoise", { steps: () => this.walk(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say(), pace: () => 0.2 });
    root.append(this.ask.node, this.layout());
    this.runner.button.addEventListener("click", (event) => this.fetchFirst(event), { capture: true });
    this.reset();
    this.report.say(WAITING);
  }

  layout() {
    const show = (grid, text) => html("figure", {}, grid.node, html("figcaption", {}, text));
    const row = html("div", { class: "live-row" }, this.runner.button, button("New noise", () => this.renew()), button("Clear", () => this.clear()));
    const brush = choice({ label: "Brush", options: BRUSHES, value: this.brush, onInput: (value) => (this.brush = value) });
    return html("div", { class: "live-panels live-denoise" },
      panel("live-a", "Paint a scribble", this.paper.node, brush.node),
      panel("live-b", "The walk back", html("div", { class: "live-pair" }, show(this.noisy, "noisy, x_t"), show(this.clean, "what the denoiser sees in it")), row, this.report.node),
      panel("live-d", "Predict and change", this.controls()));
  }

  controls() {
    this.guesses = choice({ label: "Of the scribble will be left", options: GUESSES, value: null, onInput: (value) => (this.guess = value) });
    const change = (key) => (value) => this.change({ [key]: value });
    return html("div", { class: "live-controls" },
      this.guesses.node,
      choice({ label: "Begin with", options: STARTS, value: this.begin, onInput: change("begin") }).node,
      slider({ label: "Strength: noise up to t", min: 0.1, max: 0.95, step: 0.05, value: this.strength, format: (t) => t.toFixed(2), onInput: change("strength") }).node,
      slider({ label: "Steps", min: 1, max: 50, step: 1, value: this.count, onInput: change("count") }).node,
      choice({ label: "Digit", options: CLASSES, value: "any", onInput: (value) => this.change({ label: value === "any" ? null : Number(value) }) }).node,
      slider({ label: "Guidance scale, for a chosen digit", min: 1, max: 5, step: 0.5, value: this.scale, format: (w) => w.toFixed(1), onInput: change("scale") }).node);
  }

  /** Load the model before the first run; the press is repeated when it is there. */
  async fetchFirst(event) {
    if (this.model) return;
    event.stopImmediatePropagation();
    this.runner.button.disabled = true;
    try {
      this.model = await load(this.bytes);
    } catch (error) {
      this.report.say(`${error.message}. Press again to try once more.`);
      return;
    } finally {
      this.runner.button.disabled = false;
    }
    this.runner.button.click();
  }

  get start() {
    return this.begin === "noise" ? NOISE : this.strength;
  }

  change(settings) {
    this.runner.halt();
    Object.assign(this, settings);
    this.reset();
  }

  paint(pixel) {
    this.runner.halt();
    this.scribble[pixel] = Number(this.brush);
    this.reset();
  }

  clear() {
    this.scribble.fill(0);
    this.change({});
  }

  renew() {
    this.change({ eps: normals(SIDE * SIDE, this.draw01) });
  }

  /** Go back to the beginning of the walk and ask again. */
  reset() {
    const image = this.scribble.map((value) => (2 * value) / (LEVELS - 1) - 1);
    const x = this.begin === "noise" ? this.eps : noised(image, this.strength, this.eps);
    this.now = { step: 0, t: this.start, x, x0: null };
    this.guess = null;
    this.guesses.set(null);
    const asked = this.begin === "noise" ? [WITHOUT] : [html("strong", {}, "Predict first. "), question(this.strength)];
    this.ask.say(...asked);
    this.draw();
    if (this.model) this.say();
  }

  *walk() {
    const guess = this.guess;
    this.reset();
    this.guess = guess;
    this.guesses.set(guess);
    const guidance = { label: this.label, scale: this.scale };
    for (const next of walk(this.model, this.now.x, { start: this.start, count: this.count, guidance })) {
      this.now = { ...next, step: this.now.step + 1 };
      yield this.now;
    }
  }

  arrive() {
    this.draw();
    this.say();
    if (this.begin === "noise") return;
    const [first, rest] = verdict(this.guess, correlation(this.now.x, this.scribble));
    this.ask.say(html("strong", {}, first), rest);
  }

  say() {
    this.report.say(report({ ...this.now, count: this.count }));
  }

  draw() {
    const spoken = (i) => `row ${Math.floor(i / SIDE) + 1}, column ${(i % SIDE) + 1}, ink ${this.scribble[i]} of ${LEVELS - 1}`;
    const plain = { levels: LEVELS, given: new Set() };
    this.paper.draw(this.scribble, { ...plain, spoken });
    this.noisy.draw(Array.from(this.now.x, ink), plain);
    this.clean.draw(this.now.x0 ? Array.from(this.now.x0, ink) : Array(SIDE * SIDE).fill(NaN), plain);
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new Denoising(root, options);
  return () => figure.runner.halt();
}
