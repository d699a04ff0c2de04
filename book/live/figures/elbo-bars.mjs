/**
 * log p(x) = ELBO + KL(q || posterior) as bars, while the reader drags the mean and the width of q.
 *
 * Options (all optional): `mean` and `scale` of q at the start, the observed `x`, the `bend` of the decoder.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { gaussianStage } from "../shared/stage.mjs";
import { BOUNDS, climb, terms, world } from "./elbo-bars/model.mjs";
import { VIEW, drawBars, drawDensities } from "./elbo-bars/plot.mjs";
import { GUESSES, number, question, report, verdict } from "./elbo-bars/words.mjs";

class ElboBars {
  constructor(root, { mean = 0, scale = 1, x = 1.5, bend = 0.8 }) {
    this.start = { mean: Number(mean), scale: Number(scale) };
    this.q = this.start;
    this.setting = { x: Number(x), bend: Number(bend) };
    this.guess = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.stage = gaussianStage({
      label: "posterior, prior and q",
      view: VIEW,
      bounds: BOUNDS,
      q: () => this.q,
      curves: (toPixel) => drawDensities(this.target, this.q, toPixel),
      onMove: (change) => this.move(change),
      onEnd: () => this.say(),
    });
    this.bars = html("div", { class: "live-drawing" });
    this.runner = new Runner("Let q climb to its best", { steps: () => this.climb(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.changeWorld({});
    this.say();
  }

  layout() {
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
      html("div", { class: "live-row" }, this.runner.button, button("Put q back", () => { this.move(this.start); this.say(); })),
      slider({ label: "Bend of the decoder", min: 0, max: 1, step: 0.05, value: bend, format: (value) => value.toFixed(2), onInput: change("bend") }).node,
      slider({ label: "Observed x", min: -1, max: 3, step: 0.1, value: x, format: (value) => number(value), onInput: change("x") }).node);
  }

  changeWorld(settings, spoken = false) {
    this.runner.halt();
    Object.assign(this.setting, settings);
    this.target = world(this.setting);
    this.draw();
    if (spoken) this.say();
  }

  *climb() {
    for (const q of climb(this.target, this.q)) yield (this.q = q);
  }

  arrive() {
    const [first, ...rest] = verdict(this.guess, terms(this.target, this.q).gap);
    this.ask.say(html("strong", {}, first), ...rest);
    this.guess = null;
    this.guesses.set(null);
    this.draw();
    this.say();
  }

  move(change) {
    this.runner.halt();
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
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new ElboBars(root, options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
