/**
 * A trained MADE that draws an image pixel by pixel, and completes what the reader paints.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits model beside this figure), `given`
 * pixels at the start, `seed`, `completions`.
 */

import { onWidth } from "../shared/dom.mjs";
import { readMade } from "../shared/made.mjs";
import { uniforms } from "../shared/random.mjs";
import { advance, finished, nextDistribution, noise, startChains } from "./made-sampler/chains.mjs";
import { play } from "./made-sampler/play.mjs";
import { buildView } from "./made-sampler/view.mjs";
import { guessVerdict, question, skipped } from "./made-sampler/words.mjs";

const MODEL = "../models/made-digits.safetensors";

async function loadModel(bytes) {
  if (bytes) return readMade(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readMade(new Uint8Array(await response.arrayBuffer()));
}

class SamplerFigure {
  constructor(root, model, { given, seed = 1, completions = 6 }) {
    this.model = model;
    const settings = { seed: Number(seed), temperature: 1, speed: 12, brush: model.output.levels - 1 };
    this.state = { ...settings, example: 0, given: 0, asking: true, guess: null, lastDraw: null };
    this.count = 1 + Number(completions);
    this.image = model.examples[0]?.slice() ?? new Float64Array(model.dim);
    if (model.examples.length > 0) this.state.given = Number(given ?? Math.floor(model.dim * 0.55));
    this.player = play(() => this.state.speed, () => this.stepAll());
    this.view = buildView(root, model, this.state, this.count, this.actions());
    this.restart();
    this.stopWatching = onWidth(root, () => this.draw());
  }

  /** What the controls of the view can ask for. */
  actions() {
    return {
      press: (level) => this.pressBar(level),
      paint: (pixel) => this.paint(pixel),
      togglePlay: () => this.togglePlay(),
      step: () => this.byHand(() => this.stepAll()),
      finish: () => this.byHand(() => this.finish()),
      newNoise: () => this.change({ seed: this.state.seed + 1 }),
      guess: () => this.askAgain(),
      clear: () => this.setImage(new Float64Array(this.model.dim), 0),
      example: () => this.nextExample(),
      given: (given) => this.change({ given }),
      temperature: (temperature) => this.change({ temperature }),
      seed: (seed) => this.change({ seed }),
      speed: (speed) => Object.assign(this.state, { speed }),
      brush: (brush) => Object.assign(this.state, { brush }),
    };
  }

  /** Change settings and start the chains again from the given pixels. */
  change(settings) {
    Object.assign(this.state, settings);
    this.restart();
  }

  restart() {
    this.player.pause();
    const u = noise(this.count, this.model.dim, this.state.seed);
    this.chains = startChains(this.model, this.image, this.state.given, u);
    this.state.lastDraw = null;
    if (this.state.asking) this.view.ask.say(...question(this.model, this.chains[0]));
    this.draw();
  }

  setImage(image, given) {
    this.image = image;
    this.endQuestion();
    this.change({ given });
  }

  endQuestion() {
    if (this.state.asking) this.view.ask.say(...skipped());
    this.state.asking = false;
  }

  nextExample() {
    const example = (this.state.example + 1) % this.model.examples.length;
    this.state.example = example;
    this.setImage(this.model.examples[example].slice(), this.state.given || Math.floor(this.model.dim * 0.55));
  }

  /** Paint one pixel; everything up to the end of its row (in the model's order) becomes the reader's. */
  paint(pixel) {
    const { model, image, state } = this;
    const own = new Set(model.order.slice(0, state.given));
    image.forEach((_, i) => {
      if (!own.has(i)) image[i] = 0;
    });
    image[pixel] = state.brush;
    const place = model.order.indexOf(pixel);
    const row = Math.ceil((place + 1) / model.width) * model.width;
    this.endQuestion();
    this.change({ given: Math.min(model.dim - 1, Math.max(state.given, row)) });
  }

  stepAll() {
    const [first] = this.chains;
    if (finished(this.model, first)) return false;
    this.endQuestion();
    const place = first.state.t;
    for (const chain of this.chains) advance(this.model, chain, this.state.temperature);
    this.state.lastDraw = { place, level: first.values[this.model.order[place]], u: first.u[place] };
    const more = !finished(this.model, first);
    this.draw();
    return more;
  }

  finish() {
    while (this.stepAll());
  }

  /** Step and Finish begin anew after the last pixel, as Play does. */
  byHand(action) {
    this.player.pause();
    if (finished(this.model, this.chains[0])) this.change({ seed: this.state.seed + 1 });
    action();
  }

  togglePlay() {
    if (this.player.running()) this.player.pause();
    else {
      if (finished(this.model, this.chains[0])) this.change({ seed: this.state.seed + 1 });
      this.endQuestion();
      this.player.start();
    }
    this.draw();
  }

  /** A press on a bar is the reader's guess while the figure asks, and otherwise sets the pixel by hand. */
  pressBar(level) {
    const [first] = this.chains;
    if (finished(this.model, first)) return;
    this.player.pause();
    if (this.state.asking) {
      const { model } = nextDistribution(this.model, first, 1);
      this.view.ask.say(...guessVerdict(model, level));
      Object.assign(this.state, { asking: false, guess: level, guessPlace: first.state.t });
      this.draw();
      return;
    }
    const place = first.state.t;
    advance(this.model, first, this.state.temperature, level);
    for (const chain of this.chains.slice(1)) advance(this.model, chain, this.state.temperature);
    this.state.lastDraw = { place, level, u: null };
    this.draw();
  }

  /** Take a pixel at random among those that remain, and ask for its level. */
  askAgain() {
    const { model, state } = this;
    this.player.pause();
    if (finished(model, this.chains[0])) this.change({ seed: state.seed + 1 });
    const left = model.dim - this.chains[0].state.t;
    const ahead = Math.floor(uniforms(state.seed * 1000 + left)() * Math.min(left - 1, model.width));
    for (let i = 0; i < ahead; i += 1) this.stepAll();
    Object.assign(state, { asking: true, guess: null });
    this.view.ask.say(...question(model, this.chains[0]));
    this.draw();
  }

  draw() {
    if (this.chains[0].state.t !== this.state.guessPlace) this.state.guess = null;
    const done = finished(this.model, this.chains[0]);
    const distribution = done ? null : nextDistribution(this.model, this.chains[0], this.state.temperature);
    this.view.draw({ ...this.state, chains: this.chains, distribution, done, running: this.player.running() });
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new SamplerFigure(root, await loadModel(options.model), options);
  return () => {
    figure.player.pause();
    figure.stopWatching();
  };
}
