/**
 * Two divergences pull on one Gaussian. The reader predicts where each will take it, drags its mean and width, and
 * lets go.
 *
 * Options (all optional): `mean` and `scale` of q at the start, `separation` of the modes of p, `weight` of the left one.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, reducedMotion, svg } from "../shared/dom.mjs";
import { handle } from "../shared/handles.mjs";
import { COVER, SEEK, descend, onGrid } from "./kl-tug-of-war/divergence.mjs";
import { ROWS, drawBars, drawDensities, drawIntegrand, scaleOf } from "./kl-tug-of-war/plot.mjs";
import { PLACES, place, question, report, verdict } from "./kl-tug-of-war/words.mjs";

export const BOUNDS = { mean: [-4.5, 4.5], scale: [0.3, 3.5] };
const MODE_SCALE = 0.6;
const STAGE = 268; // height of the drawing with the handles
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
    this.running = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.stage = this.buildStage();
    this.integrands = html("div", { class: "live-drawing" });
    this.bars = html("div", { class: "live-drawing" });
    this.buttons = {
      cover: button("Let go under KL(p‖q)", () => this.press("cover")),
      seek: button("Let go under KL(q‖p)", () => this.press("seek")),
    };
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.changeWorld({});
    this.say();
  }

  layout() {
    const panel = (name, title, ...content) =>
      html("div", { class: `live-panel ${name}` }, html("p", { class: "live-title" }, title), ...content);
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
    const part = (key) => html("div", { class: "live-kl-game" }, this.choices[key].node, this.buttons[key]);
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

  /** A button starts its descent, or stops the one that runs. */
  press(key) {
    const wasRunning = this.running?.key;
    this.halt();
    if (wasRunning === key) this.say();
    else this.release(key);
  }

  release(key) {
    const path = [];
    const end = letGo(GAMES[key].kl, this.target, this.q, (q) => path.push(q));
    if (reducedMotion() || path.length === 0) {
      this.arrive(key, end);
      return;
    }
    this.running = { key, frame: 0 };
    this.buttons[key].textContent = "Stop";
    const tick = () => {
      const q = path.shift();
      if (q === undefined) {
        this.halt();
        this.arrive(key, end);
        return;
      }
      this.q = q;
      this.draw();
      this.running.frame = requestAnimationFrame(tick);
    };
    this.running.frame = requestAnimationFrame(tick);
  }

  halt() {
    if (!this.running) return;
    cancelAnimationFrame(this.running.frame);
    this.buttons[this.running.key].textContent = `Let go under ${GAMES[this.running.key].name}`;
    this.running = null;
  }

  arrive(key, q) {
    this.q = q;
    const { kl, name } = GAMES[key];
    const [first, ...rest] = verdict(name, this.guesses[key], place(q, this.modes), kl.value(this.target, q));
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

  /** Both densities with the handles of q; the handles stay while the curves under them are drawn anew. */
  buildStage() {
    const curves = svg("g");
    const drawing = svg("svg", { height: STAGE, role: "group", "aria-label": "p and q" }, curves);
    const node = html("div", { class: "live-drawing" }, drawing);
    const scale = () => scaleOf(Math.max(240, node.clientWidth || 240));
    const shared = { onEnd: () => this.say() };
    const mean = handle({ ...shared, name: "Mean of q", range: BOUNDS.mean, shape: "is-mean", top: ROWS["is-mean"], read: (pixel) => scale().toX(pixel), onMove: (value) => this.move({ mean: value }) });
    const width = handle({ ...shared, name: "Standard deviation of q", range: BOUNDS.scale, shape: "is-scale", top: ROWS["is-scale"], read: (pixel) => scale().toX(pixel) - this.q.mean, onMove: (value) => this.move({ scale: value }) });
    drawing.append(mean.node, width.node);
    const draw = () => {
      const { toPixel, full } = scale();
      drawing.setAttribute("width", full);
      drawing.setAttribute("viewBox", `0 0 ${full} ${STAGE}`);
      curves.replaceChildren(...drawDensities(this.target, this.q, toPixel));
      mean.set(toPixel(this.q.mean), this.q.mean);
      width.set(toPixel(this.q.mean + this.q.scale), this.q.scale);
    };
    return { node, draw };
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
