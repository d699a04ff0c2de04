/**
 * Push the energy down at the data, with and without the negative phase, and watch Z and the mass.
 *
 * Options (all optional): `size` of a push, `places` of the three data, separated by commas.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { CELLS, nearest, place, push, shares, view } from "./push-down/energy.mjs";
import { described, drawScene, scale } from "./push-down/plot.mjs";
import { OUTCOMES, outcome, question, report, verdict } from "./push-down/words.mjs";

const RUN = 60; // pushes of a run
export const PLACES = [-1.7, -0.8, 1.5];

class PushDown {
  constructor(root, { size = 0.5, places = PLACES.join(",") }) {
    this.size = Number(size);
    this.data = String(places).split(",").map((x) => nearest(Number(x)));
    Object.assign(this, { theta: new Float64Array(CELLS), pushes: 0, negative: true, guess: null });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { role: "img" });
    this.stage = html("div", { class: "live-drawing" }, this.drawing);
    this.runner = new Runner(`${RUN} pushes`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    this.drawing.addEventListener("pointerdown", (event) => this.point(event));
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(this.stage, () => this.draw());
    this.draw();
    this.say();
  }

  layout() {
    return html("div", { class: "live-panels live-push" },
      panel("live-a", "Press in the picture to move the nearest datum", this.stage),
      panel("live-b", "Push", this.report.node, this.controls()),
      panel("live-d", "Change", this.settings()));
  }

  controls() {
    const outcomes = choice({ label: "Without the negative phase the mass will end", options: OUTCOMES, value: null, onInput: (value) => (this.guess = value) });
    this.phase = toggle({ label: "Negative phase", value: true, onInput: (on) => this.change({ negative: on }) });
    const buttons = [button("One push", () => this.once()), this.runner.button, button("Back to flat", () => this.flat())];
    return html("div", {}, outcomes.node, this.phase, html("div", { class: "live-row" }, ...buttons));
  }

  settings() {
    this.sliders = this.data.map((cell, k) =>
      slider({ label: `Datum ${k + 1}`, min: -3, max: 3, step: 0.1, value: place(cell), format: (x) => x.toFixed(1), onInput: (x) => this.move(k, nearest(x)) }),
    );
    const strength = slider({ label: "Size of a push", min: 0.1, max: 1, step: 0.1, value: this.size, format: (x) => x.toFixed(1), onInput: (x) => this.change({ size: x }) });
    return html("div", { class: "live-controls" }, strength.node, ...this.sliders.map(({ node }) => node));
  }

  change(settings) {
    this.runner.halt();
    Object.assign(this, settings);
  }

  move(k, cell) {
    this.runner.halt();
    this.data[k] = cell;
    this.sliders[k].set(place(cell));
    this.draw();
    this.say();
  }

  point(event) {
    const box = this.drawing.getBoundingClientRect();
    const width = Number(this.drawing.getAttribute("width"));
    const cell = Math.min(CELLS - 1, Math.max(0, Math.round(scale(width).toCell(((event.clientX - box.left) / box.width) * width))));
    const away = this.data.map((datum) => Math.abs(datum - cell));
    this.move(away.indexOf(Math.min(...away)), cell);
  }

  step() {
    this.theta = push(this.theta, this.data, this.size, this.negative);
    this.pushes += 1;
  }

  once() {
    this.runner.halt();
    this.step();
    this.draw();
    this.say();
  }

  *run() {
    for (let k = 0; k < RUN; k += 1) yield this.step();
  }

  arrive() {
    this.draw();
    this.say();
    if (this.negative) return;
    const { p } = view(this.theta, this.data);
    const [first, rest] = verdict(this.guess, outcome(p, shares(p, this.data)));
    this.ask.say(html("strong", {}, first), rest);
  }

  flat() {
    this.runner.halt();
    Object.assign(this, { theta: new Float64Array(CELLS), pushes: 0 });
    this.draw();
    this.say();
  }

  say() {
    this.report.say(report(view(this.theta, this.data), this.pushes));
  }

  draw() {
    const now = view(this.theta, this.data);
    drawScene(this.drawing, now, this.data, Math.max(280, this.stage.clientWidth || 280));
    this.drawing.setAttribute("aria-label", described(now, this.data));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new PushDown(root, options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
