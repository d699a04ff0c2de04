/**
 * The best critic between two densities, what it leaves the generator to minimise, and the slopes of three losses. The
 * reader drags the mean and the width of the generator, and follows each loss from where it stands.
 *
 * Options (all optional): `mean` and `scale` of q at the start, `width` of p.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { gaussianStage } from "../shared/stage.mjs";
import { LOSSES, descended, measure } from "./gan-divergences/divergences.mjs";
import { VIEW, drawBars, drawDensities } from "./gan-divergences/plot.mjs";
import { ANSWERS, NAMES, arrival, number, question, report, truth, verdict } from "./gan-divergences/words.mjs";

export const BOUNDS = { mean: [-7.5, 7.5], scale: [0.2, 2.5] };
const STEPS = 200;
const NEAR = 0.3; // of the mean of p, where a descent has arrived
const FILLS = { minimax: "live-kl-cover", nonSaturating: "live-kl-seek", wasserstein: "live-divergence-w1" };

/** Where a descent of 200 steps ends; `onStep(q)` sees every step. */
export function follow(p, q, loss, onStep = () => {}) {
  let now = q;
  for (let step = 0; step < STEPS; step += 1) {
    now = descended(p, now, loss);
    onStep(now);
  }
  return now;
}

class Divergences {
  constructor(root, { mean = 6, scale = 0.5, width = 0.5 }) {
    this.start = { mean: Number(mean), scale: Number(scale) };
    this.q = this.start;
    this.p = { mean: 0, scale: Number(width) };
    Object.assign(this, { guess: null, arrived: {} });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.bars = html("div", { class: "live-drawing" });
    this.stage = gaussianStage({
      label: "p, q and the best critic",
      view: VIEW,
      bounds: BOUNDS,
      q: () => this.q,
      curves: (toPixel) => drawDensities(this.p, this.q, toPixel),
      onMove: (change) => this.move(change),
      onEnd: () => this.say(),
    });
    this.runners = LOSSES.map((loss) => this.runner(loss));
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.draw();
    this.say();
  }

  /** The button that follows one loss from where q was put; the other runs stop. */
  runner(loss) {
    const steps = () => {
      this.halt();
      this.q = this.start;
      return this.descent(loss);
    };
    return new Runner(`Follow ${NAMES[loss]}`, { steps, draw: () => this.draw(), arrive: () => this.arrive(loss), stopped: () => this.say() }, {});
  }

  layout() {
    return html("div", { class: "live-panels live-kl" },
      panel("live-a", "Drag the blue dot (mean) and the arrows (width); the dashed line is the best critic", this.stage.node, this.report.node),
      panel("live-b", "What the pair measures, and the slopes by the mean of q (full bar: 2)", this.bars, this.controls()));
  }

  controls() {
    this.answers = choice({ label: "From here q will be brought back by", options: ANSWERS, value: null, onInput: (value) => (this.guess = value) });
    const width = slider({ label: "Width of p", min: 0.2, max: 2, step: 0.1, value: this.p.scale, format: (value) => value.toFixed(1), onInput: (value) => this.widen(value) });
    return html("div", { class: "live-controls" },
      this.answers.node,
      html("div", { class: "live-row" }, ...this.runners.map((runner) => runner.button), button("Put q back", () => this.putBack())),
      width.node);
  }

  *descent(loss) {
    const path = [];
    follow(this.p, this.q, loss, (q) => path.push(q));
    for (const q of path) yield (this.q = q);
  }

  halt() {
    for (const runner of this.runners) runner.halt();
  }

  arrive(loss) {
    const near = Math.abs(this.q.mean - this.p.mean) < NEAR;
    this.arrived[loss] = near;
    this.draw();
    this.say();
    if (LOSSES.some((name) => !(name in this.arrived))) {
      this.ask.say(arrival(loss, near, this.q.mean));
      return;
    }
    const [first, ...rest] = verdict(this.guess, truth(this.arrived));
    this.ask.say(`${arrival(loss, near, this.q.mean)} `, html("strong", {}, first), ...rest);
    this.arrived = {};
    this.guess = null;
    this.answers.set(null);
  }

  move(change) {
    this.halt();
    this.q = { ...this.q, ...change };
    this.start = this.q;
    this.arrived = {};
    this.draw();
  }

  widen(scale) {
    this.halt();
    this.p = { ...this.p, scale };
    this.arrived = {};
    this.draw();
    this.say();
  }

  putBack() {
    this.halt();
    this.q = this.start;
    this.draw();
    this.say();
  }

  say() {
    this.report.say(report(this.q, measure(this.p, this.q)));
  }

  draw() {
    const { jsd, w1, slopes } = measure(this.p, this.q);
    this.stage.draw();
    const rows = [
      { text: `JSD = ${jsd.toFixed(4)} nats (full bar: log 2)`, value: jsd, longest: Math.LN2, className: "live-kl-p" },
      { text: `W1 = ${w1.toFixed(3)} (full bar: 8)`, value: w1, longest: 8, className: "live-kl-p" },
      ...LOSSES.map((loss) => ({ text: `slope of ${NAMES[loss]} = ${number(slopes[loss])}`, value: slopes[loss], longest: 2, className: FILLS[loss] })),
    ];
    this.bars.replaceChildren(drawBars(rows, Math.max(220, this.bars.clientWidth || 220)));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new Divergences(root, options);
  return () => {
    figure.halt();
    figure.stopWatching();
  };
}
