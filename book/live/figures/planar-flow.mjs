/**
 * Planar layers set by hand: arrows w and u, a threshold b, and the constraint that keeps space from folding.
 *
 * Options (all optional): `count` of layers at the start, from 1 to 4.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { carriedLattice, extremes, turned } from "./planar-flow/planar.mjs";
import { drawLattice, paintDensity, plane } from "./planar-flow/plot.mjs";
import { OUTCOMES, described, outcome, question, report, verdict } from "./planar-flow/words.mjs";

const [REACH, CELLS] = [3.6, 60]; // of the lattice of noise
const MOST = 4; // layers
const LIMIT = 4; // of every number
export const START = [
  { w: [0.9, 1.5], u: [1.6, 0.5], b: 0 },
  { w: [-0.6, 1.6], u: [1.4, 0.6], b: 0.4 },
  { w: [1.8, -0.4], u: [-0.9, -0.6], b: -0.5 },
  { w: [0.4, 1.4], u: [0.9, -0.5], b: 0.8 },
];
const NUMBERS = [["w", 0, "w, right"], ["w", 1, "w, up"], ["u", 0, "u, right"], ["u", 1, "u, up"], ["b", null, "b"]];

class PlanarFlow {
  constructor(root, { count = 1 }) {
    this.root = root;
    this.layers = START.map((layer) => structuredClone(layer));
    Object.assign(this, { count: Math.min(MOST, Math.max(1, Number(count) || 1)), chosen: 0, constrained: true, guess: null });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.under = svg("g");
    this.grips = { w: this.grip("w"), u: this.grip("u") };
    this.lattice = svg("svg", { role: "img", class: "live-planar-lattice" }, this.under, this.grips.u, this.grips.w);
    this.canvas = html("canvas", { role: "img", "aria-label": "The density of the bent Gaussian, darker where it is denser" });
    this.left = html("div", { class: "live-drawing" }, this.lattice);
    this.right = html("div", { class: "live-drawing" }, this.canvas);
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.draw();
    this.say();
  }

  get layer() {
    return this.layers[this.chosen];
  }

  layout() {
    return html("div", { class: "live-panels live-planar" },
      panel("live-a", "Noise, bent: drag the tips of w and u", this.left),
      panel("live-b", "Its density", this.right),
      panel("live-d", "Set a layer", this.report.node, this.controls()));
  }

  controls() {
    const guesses = choice({ label: "The areas will", options: OUTCOMES, value: null, onInput: (guess) => (this.guess = guess) });
    this.which = choice({ label: "Layer", options: START.map((_, k) => [String(k), String(k + 1)]), value: "0", onInput: (k) => this.choose(Number(k)) });
    const count = slider({ label: "Number of layers", min: 1, max: MOST, step: 1, value: this.count, onInput: (n) => this.recount(n) });
    this.sliders = NUMBERS.map(([name, i, label]) =>
      slider({ label, min: -LIMIT, max: LIMIT, step: 0.1, value: this.read(name, i), format: (x) => x.toFixed(1), onInput: (x) => this.set(name, i, x) }));
    const constraint = toggle({ label: "Constraint û", value: true, onInput: (on) => this.change({ constrained: on }) });
    return html("div", { class: "live-controls" }, guesses.node,
      html("div", { class: "live-row" }, button("Turn u across w", () => this.turn()), button("Back to the start", () => this.reset())),
      html("div", { class: "live-row" }, constraint), count.node, this.which.node, ...this.sliders.map(({ node }) => node));
  }

  read(name, i) {
    return i === null ? this.layer[name] : this.layer[name][i];
  }

  set(name, i, value) {
    if (i === null) this.layer[name] = value;
    else this.layer[name][i] = value;
    this.change({});
  }

  /** The end of an arrow, which follows mouse and finger; the sliders do the same for the keyboard. */
  grip(name) {
    const node = svg("circle", { r: 16, class: `live-planar-grip is-${name}` });
    const follow = (event) => {
      const box = this.lattice.getBoundingClientRect();
      const point = plane(box.width).toPlane([event.clientX - box.left, event.clientY - box.top]);
      this.layer[name] = point.map((value) => Math.round(10 * Math.min(LIMIT, Math.max(-LIMIT, value))) / 10);
      this.refresh();
    };
    node.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      node.setPointerCapture(event.pointerId);
      node.addEventListener("pointermove", follow);
      node.addEventListener("lostpointercapture", () => {
        node.removeEventListener("pointermove", follow);
        this.say();
      }, { once: true });
    });
    return node;
  }

  change(settings) {
    Object.assign(this, settings);
    this.refresh();
    this.say();
  }

  refresh() {
    NUMBERS.forEach(([name, i], k) => this.sliders[k].set(this.read(name, i)));
    this.draw();
  }

  choose(k) {
    if (k >= this.count) this.which.set(String(this.chosen));
    else this.change({ chosen: k });
  }

  recount(count) {
    const chosen = Math.min(this.chosen, count - 1);
    this.which.set(String(chosen));
    this.change({ count, chosen });
  }

  turn() {
    this.layer.u = turned(this.layer);
    this.change({});
    const [first, rest] = verdict(this.guess, outcome(extremes(carriedLattice([this.layer], this.constrained, REACH, CELLS))));
    this.ask.say(html("strong", {}, first), rest);
  }

  reset() {
    this.layers = START.map((layer) => structuredClone(layer));
    this.change({});
  }

  say() {
    this.report.say(report(this.layer, this.constrained, this.count, extremes(this.rows)));
  }

  draw() {
    this.rows = carriedLattice(this.layers.slice(0, this.count), this.constrained, REACH, CELLS);
    const size = (node) => Math.min(380, Math.max(240, node.clientWidth || 240));
    drawLattice(this.under, this.rows, this.layer, this.constrained, size(this.left));
    this.lattice.setAttribute("aria-label", described(this.layer, this.count));
    const { toPixel } = plane(size(this.left));
    for (const name of ["u", "w"]) {
      const [x, y] = toPixel(this.layer[name]);
      this.grips[name].setAttribute("cx", x);
      this.grips[name].setAttribute("cy", y);
    }
    paintDensity(this.canvas, this.rows, size(this.right), getComputedStyle(this.root).getPropertyValue("--live-lit").trim());
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new PlanarFlow(root, options);
  return () => figure.stopWatching();
}
