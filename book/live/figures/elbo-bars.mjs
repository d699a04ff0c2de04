/**
 * log p(x) = ELBO + KL(q || posterior) as bars, while the reader drags the mean and the width of q.
 *
 * Options (all optional): `mean` and `scale` of q at the start, the observed `x`, the `bend` of the decoder.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, reducedMotion, svg } from "../shared/dom.mjs";
import { handle } from "../shared/handles.mjs";
import { BOUNDS, climb, terms, world } from "./elbo-bars/model.mjs";
import { ROWS, drawBars, drawDensities, scaleOf } from "./elbo-bars/plot.mjs";
import { GUESSES, number, question, report, verdict } from "./elbo-bars/words.mjs";

const STAGE = 268; // height of the drawing with the handles
const GO = "Let q climb to its best";

class ElboBars {
  constructor(root, { mean = 0, scale = 1, x = 1.5, bend = 0.8 }) {
    this.start = { mean: Number(mean), scale: Number(scale) };
    this.q = this.start;
    this.setting = { x: Number(x), bend: Number(bend) };
    this.guess = null;
    this.frame = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.stage = this.buildStage();
    this.bars = html("div", { class: "live-drawing" });
    this.go = button(GO, () => this.press(), { class: "live-button live-primary" });
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.changeWorld({});
    this.say();
  }

  layout() {
    const panel = (name, title, ...content) =>
      html("div", { class: `live-panel ${name}` }, html("p", { class: "live-title" }, title), ...content);
    return html("div", { class: "live-panels live-kl live-elbo" },
      panel("live-a", "Drag the blue dot (mean) and the arrows (width) of q",
        this.stage.node,
        html("p", { class: "live-legend" }, "grey: posterior p(z | x); dashed: prior p(z); blue: q"),
        this.report.node),
      panel("live-b", "The bound and what it lacks", this.bars, this.controls()));
  }

  controls() {
    this.guesses = choice({ label: "The gap at the best q", options: GUESSES, value: null, onInput: (value) => { this.guess = value; } });
    const { x, bend } = this.setting;
    const change = (name) => (value) => this.changeWorld({ [name]: value }, true);
    return html("div", { class: "live-controls" },
      this.guesses.node,
      html("div", { class: "live-row" }, this.go, button("Put q back", () => { this.move(this.start); this.say(); })),
      slider({ label: "Bend of the decoder", min: 0, max: 1, step: 0.05, value: bend, format: (value) => value.toFixed(2), onInput: change("bend") }).node,
      slider({ label: "Observed x", min: -1, max: 3, step: 0.1, value: x, format: (value) => number(value), onInput: change("x") }).node);
  }

  changeWorld(settings, spoken = false) {
    this.halt();
    Object.assign(this.setting, settings);
    this.target = world(this.setting);
    this.draw();
    if (spoken) this.say();
  }

  /** The button starts the climb, or stops the one that runs. */
  press() {
    if (this.frame !== null) {
      this.halt();
      this.say();
      return;
    }
    const path = climb(this.target, this.q);
    const end = path.at(-1) ?? this.q;
    if (reducedMotion() || path.length === 0) {
      this.arrive(end);
      return;
    }
    this.go.textContent = "Stop";
    const tick = () => {
      const q = path.shift();
      if (q === undefined) {
        this.halt();
        this.arrive(end);
        return;
      }
      this.q = q;
      this.draw();
      this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }

  halt() {
    if (this.frame === null) return;
    cancelAnimationFrame(this.frame);
    this.frame = null;
    this.go.textContent = GO;
  }

  arrive(q) {
    this.q = q;
    const [first, ...rest] = verdict(this.guess, terms(this.target, q).gap);
    this.ask.say(html("strong", {}, first), ...rest);
    this.guess = null;
    this.guesses.set(null);
    this.draw();
    this.say();
  }

  move(change) {
    this.halt();
    this.q = { ...this.q, ...change };
    this.draw();
  }

  balance() {
    return { q: this.q, evidence: this.target.evidence, ...terms(this.target, this.q) };
  }

  say() {
    this.report.say(report(this.balance()));
  }

  draw() {
    this.stage.draw();
    this.bars.replaceChildren(drawBars(this.balance(), Math.max(220, this.bars.clientWidth || 220), number));
  }

  /** The densities with the handles of q; the handles stay while the curves under them are drawn anew. */
  buildStage() {
    const curves = svg("g");
    const drawing = svg("svg", { height: STAGE, role: "group", "aria-label": "posterior, prior and q" }, curves);
    const node = html("div", { class: "live-drawing" }, drawing);
    const scale = () => scaleOf(Math.max(240, node.clientWidth || 240));
    const onEnd = () => this.say();
    const mean = handle({ name: "Mean of q", range: BOUNDS.mean, shape: "is-mean", top: ROWS["is-mean"], read: (pixel) => scale().toZ(pixel), onMove: (value) => this.move({ mean: value }), onEnd });
    const width = handle({ name: "Standard deviation of q", range: BOUNDS.scale, shape: "is-scale", top: ROWS["is-scale"], read: (pixel) => scale().toZ(pixel) - this.q.mean, onMove: (value) => this.move({ scale: value }), onEnd });
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
  const figure = new ElboBars(root, options);
  return () => {
    figure.halt();
    figure.stopWatching();
  };
}
