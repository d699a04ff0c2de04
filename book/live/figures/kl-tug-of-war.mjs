/**
 * Two divergences pull on one Gaussian. The reader predicts where each will take it, drags its mean and width, and
 * lets go.
 *
 * Options (all optional): `mean` and `scale` of q at the start, `separation` of the modes of p, `weight` of the left one.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { gaussianStage } from "../shared/stage.mjs";
import { COVER, SEEK, descend, onGrid } from "./kl-tug-of-war/divergence.mjs";
import { VIEW, drawBars, drawDensities, drawIntegrand } from "./kl-tug-of-war/plot.mjs";
import { PLACES, place, question, report, verdict } from "./kl-tug-of-war/words.mjs";

export const BOUNDS = { mean: [-4.5, 4.5], scale: [0.3, 3.5] };
const MODE_SCALE = 0.6;
const GAMES = {
  cover: { kl: COVER, name: "KL(p‖q)", formula: "p log(p/q)", fill: "live-kl-cover" },
  seek: { kl: SEEK, name: "KL(q‖p)", formula: "q log(q/p)", fill: "live-kl-seek" },
};

/** The two components of p. */
export function modes({ separation, weight }) {
  const half = separation / 2;
  return [
    { weight, mean: -half, scale: MODE_SCALE },
    { weight: 1 - weight, mean: half, scale: MODE_SCALE },
  ];
}

/** Follow a divergence downhill to its end; `onStep(q)` sees every step. */
export function letGo(kl, target, q, onStep = () => {}) {
  let now = q;
  for (let step = 0; step < 500; step += 1) {
    const next = descend(kl, target, now, BOUNDS);
    if (next === null) break;
    now = next;
    onStep(now);
  }
  return now;
}

class TugOfWar {
  constructor(root, { mean = -0.7, scale = 1, separation = 5, weight = 0.4 }) {
    this.start = { mean: Number(mean), scale: Number(scale) };
    this.q = this.start;
    this.world = { separation: Number(separation), weight: Number(weight) };
    this.guesses = { cover: null, seek: null };
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.stage = gaussianStage({
      label: "p and q",
      view: VIEW,
      bounds: BOUNDS,
      q: () => this.q,
      curves: (toPixel) => drawDensities(this.target, this.q, toPixel),
      onMove: (change) => this.move(change),
      onEnd: () => this.say(),
    });
    this.integrands = html("div", { class: "live-drawing" });
    this.bars = html("div", { class: "live-drawing" });
    this.runners = { cover: this.runner("cover"), seek: this.runner("seek") };
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.changeWorld({});
    this.say();
  }

  /** The button that lets go under one of the two; the other one stops. */
  runner(key) {
    const steps = () => {
      this.halt();
      return this.descent(key);
    };
    return new Runner(`Let go under ${GAMES[key].name}`, { steps, draw: () => this.draw(), arrive: () => this.arrive(key), stopped: () => this.say() }, {});
  }

  layout() {
    return html("div", { class: "live-panels live-kl" },
      panel("live-a", "Drag the blue dot (mean) and the arrows (width)", this.stage.node, this.report.node, this.integrands),
      panel("live-b", "Two prices for the same q", this.bars, this.predictions(), this.controls()));
  }

  predictions() {
    const ask = (key) => choice({
      label: `${GAMES[key].name} will pull q`,
      options: PLACES,
      value: null,
      onInput: (value) => Object.assign(this.guesses, { [key]: value }),
    });
    this.choices = { cover: ask("cover"), seek: ask("seek") };
    const part = (key) => html("div", { class: "live-kl-game" }, this.choices[key].node, this.runners[key].button);
    return html("div", {}, part("cover"), part("seek"));
  }

  controls() {
    const { separation, weight } = this.world;
    return html("div", { class: "live-controls" },
      html("div", { class: "live-row" }, button("Put q back", () => this.putBack())),
      slider({ label: "Distance of the modes", min: 0, max: 6, step: 0.5, value: separation, onInput: (value) => this.changeWorld({ separation: value }, true) }).node,
      slider({ label: "Share of the left mode", min: 0.1, max: 0.9, step: 0.05, value: weight, format: (value) => value.toFixed(2), onInput: (value) => this.changeWorld({ weight: value }, true) }).node);
  }

  changeWorld(settings, spoken = false) {
    this.halt();
    Object.assign(this.world, settings);
    this.modes = modes(this.world);
    this.target = onGrid(this.modes);
    this.draw();
    if (spoken) this.say();
  }

  *descent(key) {
    const path = [];
    letGo(GAMES[key].kl, this.target, this.q, (q) => path.push(q));
    for (const q of path) yield (this.q = q);
  }

  halt() {
    for (const runner of Object.values(this.runners)) runner.halt();
  }

  arrive(key) {
    const { kl, name } = GAMES[key];
    const [first, ...rest] = verdict(name, this.guesses[key], place(this.q, this.modes), kl.value(this.target, this.q));
    this.ask.say(html("strong", {}, first), ...rest);
    this.guesses[key] = null;
    this.choices[key].set(null);
    this.draw();
    this.say();
  }

  move(change) {
    this.halt();
    this.q = { ...this.q, ...change };
    this.draw();
  }

  putBack() {
    this.move(this.start);
    this.say();
  }

  say() {
    this.report.say(report({ q: this.q, cover: COVER.value(this.target, this.q), seek: SEEK.value(this.target, this.q) }));
  }

  draw() {
    const { target, q } = this;
    this.stage.draw();
    const width = (node, least) => Math.max(least, node.clientWidth || least);
    const drawn = Object.values(GAMES).flatMap(({ kl, name, formula, fill }) => [
      html("p", { class: "live-legend" }, `${formula}: its area is ${name}`),
      drawIntegrand(target, kl.integrand(target, q), width(this.integrands, 240), fill, `integrand of ${name}`),
    ]);
    this.integrands.replaceChildren(...drawn);
    const rows = Object.values(GAMES).map(({ kl, name, fill }) => ({ label: name, value: kl.value(target, q), className: fill }));
    this.bars.replaceChildren(drawBars(rows, width(this.bars, 220)));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new TugOfWar(root, options);
  return () => {
    figure.halt();
    figure.stopWatching();
  };
}
