/**
 * Markov chains on a landscape with two valleys. The reader predicts how many will cross, chooses sampler, step size and
 * distance of the valleys, and compares what happened with what the diagnostics say.
 *
 * Options (all optional): `kernel` ("langevin", "mala", "metropolis", "hmc", "gibbs"), `size` of a step, `distance` of the
 * valleys from the middle (1.5 to 4), `seed`.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { landscape, paths, traces } from "./chains/draw.mjs";
import { barrier } from "./chains/sampler.mjs";
import { begin, step, summary } from "./chains/walk.mjs";
import { GUESSES, NAMES, STEPS, question, report, verdict } from "./chains/words.mjs";

const PER_FRAME = 4;
const HEIGHT = 170; // of the traces

class ChainsFigure {
  constructor(root, { kernel = "langevin", size = 0.1, distance = 3.5, seed = 1 }) {
    this.setting = { kernel, size: Number(size), distance: Number(distance), apart: false, seed: Number(seed) };
    this.guess = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.ground = svg("g");
    this.moving = svg("g");
    this.map = svg("svg", { viewBox: "0 0 100 100", class: "live-chains-map", role: "img", "aria-label": "The landscape and the chains on it" }, this.ground, this.moving);
    this.traces = html("div", { class: "live-drawing" });
    root.append(this.ask.node, this.layout());
    this.stopWatching = onWidth(root, () => this.draw());
    this.restart({});
  }

  layout() {
    return html("div", { class: "live-panels live-chains" },
      panel("live-a", "Three chains and their last steps", this.map, this.traces, html("p", { class: "live-legend" }, "their places along the line through both valleys, over the steps"), this.report.node),
      panel("live-d", "Choose, predict, run", this.controls()));
  }

  controls() {
    const { kernel, size, distance } = this.setting;
    const size10 = (power) => Number((10 ** power).toPrecision(2));
    this.guesses = choice({ label: "In the lower left valley within 500 steps", options: GUESSES, value: null, onInput: (value) => { this.guess = value; } });
    this.runner = new Runner(`Run ${STEPS} steps`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say(), pace: () => PER_FRAME });
    return html("div", { class: "live-controls" },
      choice({ label: "Sampler", options: NAMES, value: kernel, onInput: (value) => this.restart({ kernel: value }) }).node,
      slider({ label: "Step size", min: -2, max: 1, step: 0.1, value: Math.log10(size), format: (power) => String(size10(power)), onInput: (power) => this.restart({ size: size10(power) }) }).node,
      slider({ label: "Distance of the valleys", min: 1.5, max: 4, step: 0.1, value: distance, format: (d) => `${d.toFixed(1)}: ${barrier(d).toFixed(1)} nats to climb`, onInput: (value) => this.restart({ distance: value }) }).node,
      toggle({ label: "Start one chain in the lower left valley", value: false, onInput: (apart) => this.restart({ apart }) }),
      this.guesses.node,
      html("div", { class: "live-row" }, this.runner.button, button("One step", () => this.single()), button("New noise", () => this.restart({ seed: this.setting.seed + 1 }))));
  }

  /** Fresh chains under the changed setting. */
  restart(change) {
    this.runner.halt();
    Object.assign(this.setting, change);
    this.walk = begin(this.setting);
    this.ground.replaceChildren(...landscape(this.walk.world));
    this.ask.say(html("strong", {}, "Predict first. "), question(this.setting.apart));
    this.draw();
    this.say();
  }

  done() {
    return this.walk.lost || this.walk.chains[0].path.length > STEPS;
  }

  single() {
    this.runner.halt();
    if (this.done()) this.walk = begin(this.setting);
    step(this.walk, this.setting.kernel, this.setting.size);
    this.draw();
    this.say();
  }

  /** Go on to the last step; where it has been taken, begin again with other noise. */
  *run() {
    if (this.done()) this.walk = begin({ ...this.setting, seed: (this.setting.seed += 1) });
    while (!this.done()) yield step(this.walk, this.setting.kernel, this.setting.size);
  }

  arrive() {
    const [first, rest] = verdict(this.guess, summary(this.walk));
    this.ask.say(html("strong", {}, first), rest);
    this.guess = null;
    this.guesses.set(null);
    this.draw();
    this.say();
  }

  say() {
    this.report.say(report(this.setting.kernel, summary(this.walk)));
  }

  draw() {
    const { chains } = this.walk ?? { chains: [] };
    this.moving.replaceChildren(...paths(chains));
    const width = Math.max(240, this.traces.clientWidth || 240);
    this.traces.replaceChildren(svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" }, ...traces(chains, STEPS, [width, HEIGHT])));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new ChainsFigure(root, options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
