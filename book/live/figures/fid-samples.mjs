/**
 * How far is an estimated Fréchet distance from the truth, with n samples? The reader guesses, then explores.
 *
 * Options (all optional): `features`, `n`, `shift`, `spread`, `seed`.
 */

import { button, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { drawChart, nearestSize } from "./fid-samples/chart.mjs";
import { bias, drawPairs, estimates, truth } from "./fid-samples/frechet.mjs";
import { describe, mean, question, verdict } from "./fid-samples/words.mjs";

export const SIZES = [5, 10, 20, 50, 100, 200, 500, 1000];
export const FEATURES = [1, 2, 4, 8, 16];
const REPEATS = 10;
const MOST_GUESS = 20;

/** The index of `value` in a list; the nearest where it is not there. */
function place(list, value) {
  const away = list.map((item) => Math.abs(item - value));
  return away.indexOf(Math.min(...away));
}

class SamplesFigure {
  constructor(root, { features = 8, n = 20, shift = 0, spread = 1, seed = 1 }) {
    this.state = {
      features: FEATURES[place(FEATURES, Number(features))],
      chosen: place(SIZES, Number(n)),
      shift: Number(shift),
      spread: Number(spread),
      seed: Number(seed),
      guess: 1,
      asking: true,
      guessedAt: null, // the size that a checked guess was about, as long as nothing else has changed
    };
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { role: "img", class: "live-fid" });
    this.actions = html("div", { class: "live-row" });
    this.host = html("div", { class: "live-drawing" }, this.drawing);
    this.point();
    this.guess = slider({
      label: "Your guess of the mean estimate",
      min: 0,
      max: MOST_GUESS,
      step: 0.1,
      value: this.state.guess,
      format: (value) => value.toFixed(1),
      onInput: (guess) => this.change({ guess }),
    });
    root.append(this.ask.node, this.layout());
    this.stop = onWidth(this.host, () => this.render());
    this.redraw();
  }

  layout() {
    const legend = "Dots: single estimates. Dashed: truth plus first-order bias. Thick line: truth. Diamond: your guess.";
    const chart = html(
      "div",
      { class: "live-panel live-a" },
      html("p", { class: "live-title" }, "Estimated Fréchet distance (upwards on a square-root scale)"),
      this.host,
      html("p", { class: "live-legend" }, legend),
      this.guess.node,
      this.actions,
      this.report.node,
    );
    const controls = html("div", { class: "live-panel live-d" }, html("p", { class: "live-title" }, "Change"), this.controls());
    return html("div", { class: "live-panels" }, chart, controls);
  }

  controls() {
    const { state } = this;
    const set = (key) => (value) => this.change({ [key]: value });
    this.n = slider({
      label: "Samples in each set, n",
      min: 0,
      max: SIZES.length - 1,
      step: 1,
      value: state.chosen,
      format: (k) => String(SIZES[k]),
      onInput: set("chosen"),
    });
    this.features = slider({
      label: "Features, F",
      min: 0,
      max: FEATURES.length - 1,
      step: 1,
      value: FEATURES.indexOf(state.features),
      format: (k) => String(FEATURES[k]),
      onInput: (k) => this.change({ features: FEATURES[k] }, true),
    });
    const shift = { label: "Distance of the means", min: 0, max: 3, step: 0.25, value: state.shift, onInput: set("shift") };
    const spread = { label: "Standard deviation of the second", min: 0.5, max: 2, step: 0.1, value: state.spread, onInput: set("spread") };
    this.shift = slider({ ...shift, format: (value) => value.toFixed(2) });
    this.spread = slider({ ...spread, format: (value) => value.toFixed(1) });
    const anew = button("Draw anew", () => this.change({ seed: state.seed + 1 }, true));
    const sliders = [this.n, this.features, this.shift, this.spread].map(({ node }) => node);
    return html("div", { class: "live-controls" }, ...sliders, anew);
  }

  /** A press or a drag on the chart chooses the nearest n. */
  point() {
    const choose = (event) => {
      if (event.type === "pointermove" && event.buttons === 0) return;
      const box = this.drawing.getBoundingClientRect();
      const width = this.width();
      const chosen = nearestSize(((event.clientX - box.left) * width) / box.width, width, SIZES);
      if (chosen !== this.state.chosen) this.change({ chosen });
    };
    this.drawing.addEventListener("pointerdown", choose);
    this.drawing.addEventListener("pointermove", choose);
  }

  width() {
    return Math.max(260, Math.floor(this.host.clientWidth));
  }

  change(settings, anew = false) {
    const about = Object.keys(settings).every((key) => key === "chosen");
    Object.assign(this.state, settings, about ? {} : { guessedAt: null });
    if (anew) this.redraw();
    else this.render();
  }

  /** Draw new samples; shift and spread only move them. */
  redraw() {
    this.pairs = drawPairs(this.state.features, SIZES, REPEATS, this.state.seed);
    this.render();
  }

  check() {
    const values = estimates(this.pairs, this.state)[this.state.chosen];
    Object.assign(this.state, { asking: false, guessedAt: this.state.chosen });
    this.ask.say(...verdict(this.state.guess, mean(values), SIZES[this.state.chosen]));
    this.render();
  }

  /** Ask about other Gaussians and another n. */
  another() {
    const draw = uniforms(1000 + this.state.seed);
    const pick = (list) => list[Math.floor(draw() * list.length)];
    const next = { features: pick(FEATURES), chosen: Math.floor(draw() * 5), shift: pick([0, 1, 2]), spread: pick([1, 1, 0.5]) };
    this.change({ ...next, asking: true, seed: this.state.seed + 1 }, true);
  }

  renderActions() {
    const focused = this.actions.contains(document.activeElement);
    const { asking } = this.state;
    const next = asking ? button("Check my guess", () => this.check()) : button("Ask me another", () => this.another());
    next.classList.add("live-primary");
    this.actions.replaceChildren(next);
    if (focused) next.focus();
  }

  render() {
    const { state } = this;
    const n = SIZES[state.chosen];
    const exact = truth(state);
    const values = estimates(this.pairs, state);
    const top = Math.max(...values[0].concat(values[1]), exact, state.asking ? state.guess : 0) * 1.05;
    this.n.set(state.chosen);
    this.features.set(FEATURES.indexOf(state.features));
    this.shift.set(state.shift);
    this.spread.set(state.spread);
    this.renderActions();
    this.guess.node.hidden = !state.asking;
    if (state.asking) this.ask.say(...question(state, n, exact));
    const facts = { values: values[state.chosen], truth: exact, bias: bias(state, n), n };
    const words = state.asking ? "The estimates appear after your guess." : describe(facts);
    this.report.say(words);
    this.drawing.setAttribute("aria-label", `Estimates against the number of samples. ${words}`);
    drawChart(this.drawing, {
      width: this.width(),
      sizes: SIZES,
      chosen: state.chosen,
      values,
      truth: exact,
      bias: (size) => bias(state, size),
      most: Math.max(top, 0.5),
      guess: state.asking || state.guessedAt === state.chosen ? state.guess : null,
      hidden: state.asking,
    });
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new SamplesFigure(root, options);
  return () => figure.stop();
}
