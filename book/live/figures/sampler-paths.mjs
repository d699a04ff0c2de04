/**
 * Paths of a sampler from noise to a mixture of three Gaussians, and the histogram of their ends beside the truth.
 *
 * Options (all optional): `sampler` ("ddim", "heun", "dpm"), `steps`, `eta` and `seed` at the start.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { normals } from "./gan-2d/data.mjs";
import { HEIGHT, scene } from "./sampler-paths/plot.mjs";
import { MIXTURE, calls, quantiles, walk, wasserstein } from "./sampler-paths/walk.mjs";
import { GUESSES, SAMPLERS, STEPS, asked, question, report, verdict } from "./sampler-paths/words.mjs";

const [COUNT, MOST] = [1000, 60];
const NORMAL = [{ weight: 1, mean: 0, variance: 1 }];

class SamplerPaths {
  constructor(root, { sampler = "ddim", steps = STEPS, eta = 0, seed = 1 }) {
    Object.assign(this, { sampler, steps: Number(steps), eta: Number(eta), seed: Number(seed), guess: null, told: false });
    this.starts = quantiles(NORMAL, COUNT);
    this.truth = quantiles(MIXTURE, COUNT);
    this.floor = this.floorOfDraws();
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { height: HEIGHT, role: "img", "aria-label": "Paths from noise to data, and the histogram of their ends beside the true density" });
    this.stage = html("div", { class: "live-drawing" }, this.drawing);
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.change({});
    this.stopWatching = onWidth(this.stage, () => this.draw());
  }

  layout() {
    const guesses = choice({ label: "Closest will be", options: GUESSES, value: null, onInput: (value) => (this.guess = value) });
    const sampler = choice({ label: "Sampler", options: SAMPLERS, value: this.sampler, onInput: (value) => this.change({ sampler: value }) });
    const steps = slider({ label: "Steps", min: 2, max: MOST, step: 1, value: this.steps, onInput: (value) => this.change({ steps: value }) });
    this.etaSlider = slider({ label: "η, share of fresh noise (DDIM only)", min: 0, max: 1, step: 0.1, value: this.eta, format: (v) => v.toFixed(1), onInput: (value) => this.change({ eta: value }) });
    const again = button("Other noise", () => this.change({ seed: this.seed + 1 }));
    return html("div", { class: "live-panels live-paths" },
      panel("live-a", "From noise (left) to data (right)", this.stage, this.report.node),
      panel("live-b", "Predict and change", guesses.node, sampler.node, html("div", { class: "live-controls" }, steps.node, this.etaSlider.node), html("div", { class: "live-row" }, again)));
  }

  /** The mean distance of as many draws of the truth. */
  floorOfDraws() {
    const draw = uniforms(2026);
    const many = Array.from({ length: 20 }, () => wasserstein(this.truth.map(() => this.truth[Math.floor(draw() * COUNT)]), this.truth));
    return many.reduce((sum, value) => sum + value, 0) / many.length;
  }

  paths(sampler, steps, eta) {
    const draw = uniforms(this.seed);
    const noise = sampler === "ddim" && eta > 0 ? Array.from({ length: steps }, () => normals(COUNT, draw)) : [];
    return walk(sampler, this.starts, { steps, eta, noise });
  }

  distance(paths) {
    return wasserstein(paths.map((path) => path[path.length - 1]), this.truth);
  }

  change(settings) {
    Object.assign(this, settings);
    this.etaSlider.input.disabled = this.sampler !== "ddim";
    this.now = this.paths(this.sampler, this.steps, this.eta);
    this.draw();
    const { sampler, steps, eta, floor } = this;
    this.report.say(report({ sampler, steps, eta, floor, calls: calls(sampler, steps), distance: this.distance(this.now) }));
    if (!asked(this) || this.told) return;
    this.told = true;
    const of = (name, share) => this.distance(this.paths(name, STEPS, share));
    const [first, rest] = verdict(this.guess, { quiet: of("ddim", 0), noisy: of("ddim", 1), dpm: of("dpm", 0) });
    this.ask.say(html("strong", {}, first), rest);
  }

  draw() {
    const width = Math.max(240, this.stage.clientWidth || 240);
    this.drawing.setAttribute("width", width);
    this.drawing.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    this.drawing.replaceChildren(...scene(this.now, width));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  return new SamplerPaths(root, options).stopWatching;
}
