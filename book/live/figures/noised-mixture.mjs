/**
 * Drag a noisy value and the time: the noised density, its score, and the posterior of the clean value.
 *
 * Options (all optional): `x` and `time` at the start.
 */

import { choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { handle } from "../shared/handles.mjs";
import { lineScale } from "../shared/stage.mjs";
import { view } from "./noised-mixture/mixture.mjs";
import { FLOOR, HEIGHT, VIEW, scene } from "./noised-mixture/plot.mjs";
import { PLACES, asked, question, report, verdict } from "./noised-mixture/words.mjs";

const RANGE = [-3.5, 3.5];

class NoisedMixture {
  constructor(root, { x = 0.4, time = 0.2 }) {
    Object.assign(this, { x: Number(x), time: Number(time), guess: null, told: false });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.under = svg("g");
    this.drawing = svg("svg", { height: HEIGHT, role: "group", "aria-label": "Noisy and clean densities over one line" }, this.under);
    this.stage = html("div", { class: "live-drawing" }, this.drawing);
    this.grip = this.handle();
    this.drawing.append(this.grip.node);
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(this.stage, () => this.draw());
    this.change({});
  }

  handle() {
    const read = (pixel) => this.scale().toValue(pixel);
    return handle({ name: "Noisy value x_t", range: RANGE, shape: "is-mean", top: FLOOR, read, onMove: (x) => this.move(x), onEnd: () => this.say() });
  }

  layout() {
    const guesses = choice({ label: "The posterior mean will lie", options: PLACES, value: null, onInput: (value) => (this.guess = value) });
    const time = slider({ label: "Time t", min: 0.02, max: 1, step: 0.02, value: this.time, format: (t) => t.toFixed(2), onInput: (t) => this.change({ time: t }) });
    return html("div", { class: "live-panels live-noised" },
      panel("live-a", "Drag x_t along the upper line", this.stage),
      panel("live-b", "Predict and change", guesses.node, html("div", { class: "live-controls" }, time.node), this.report.node));
  }

  scale() {
    return lineScale(VIEW, Math.max(240, this.stage.clientWidth || 240));
  }

  move(x) {
    this.x = x;
    this.draw();
  }

  change(settings) {
    Object.assign(this, settings);
    this.draw();
    this.say();
  }

  say() {
    const now = view(this.x, this.time);
    this.report.say(report(now));
    if (!asked(now) || this.told) return;
    this.told = true;
    const [first, rest] = verdict(this.guess, now);
    this.ask.say(html("strong", {}, first), rest);
  }

  draw() {
    const { toPixel, full } = this.scale();
    this.drawing.setAttribute("width", full);
    this.drawing.setAttribute("viewBox", `0 0 ${full} ${HEIGHT}`);
    this.under.replaceChildren(...scene(view(this.x, this.time), toPixel));
    this.grip.set(toPixel(this.x), this.x);
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  return new NoisedMixture(root, options).stopWatching;
}
