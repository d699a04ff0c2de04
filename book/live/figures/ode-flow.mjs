/**
 * A continuous flow as a film: points go from noise to data along a trained vector field, by steps that may be too long.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the two moons beside this figure), `steps`, `solver`, `seed`.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { at, endError, readField, SOLVERS, way } from "./ode-flow/field.mjs";
import { planeScale, REACH, Scene } from "./ode-flow/plot.mjs";
import { described, GUESSES, question, report, verdict } from "./ode-flow/words.mjs";

const MODEL = "../models/ode-flow.safetensors";
const [POINTS, FINE, FRAMES] = [260, 64, 90];
const STEPS = ["1", "2", "4", "8", "16", "32"];
const METHODS = [["euler", "Euler"], ["rk4", "Runge-Kutta"]];

async function loadField(bytes) {
  if (bytes) return readField(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readField(new Uint8Array(await response.arrayBuffer()));
}

/** Points of a standard normal, by Box and Muller. */
export function noise(n, seed) {
  const draw = uniforms(seed);
  return Array.from({ length: n }, () => {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(draw())), 2 * Math.PI * draw()];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

class OdeFlow {
  constructor(root, field, { steps = 4, solver = "euler", seed = 1 }) {
    Object.assign(this, { field, steps: Number(steps), solver, t: 0, guess: null, own: [0.6, 1.1] });
    this.start = noise(POINTS, Number(seed));
    this.fine = this.start.map((x) => way(field, "rk4", FINE, x));
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { role: "img" });
    this.scene = new Scene(this.drawing, field.data);
    this.stage = html("div", { class: "live-drawing" }, this.drawing);
    this.runner = new Runner("Play", { steps: () => this.play(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    this.drawing.addEventListener("pointerdown", (event) => this.point(event));
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.solve();
    this.stopWatching = onWidth(this.stage, () => this.draw());
    this.draw();
    this.say();
  }

  layout() {
    return html("div", { class: "live-panels live-ode" },
      panel("live-a", "Press in the picture to let a point of your own start there", this.stage),
      panel("live-b", "Film", this.report.node, this.controls()),
      panel("live-d", "Change", this.settings()));
  }

  controls() {
    const guesses = choice({ label: "Nearer will end", options: GUESSES, value: null, onInput: (value) => (this.guess = value) });
    this.time = slider({ label: "Time t", min: 0, max: 1, step: 0.01, value: 0, format: (t) => t.toFixed(2), onInput: (t) => this.seek(t) });
    const buttons = [this.runner.button, button("Check my guess", () => this.check())];
    return html("div", {}, guesses.node, this.time.node, html("div", { class: "live-row" }, ...buttons));
  }

  settings() {
    const methods = choice({ label: "Solver", options: METHODS, value: this.solver, onInput: (solver) => this.change({ solver }) });
    const counts = choice({ label: "Steps from 0 to 1", options: STEPS.map((n) => [n, n]), value: String(this.steps), onInput: (n) => this.change({ steps: Number(n) }) });
    this.places = ["across", "up"].map((name, axis) =>
      slider({ label: `Own point, ${name}`, min: -REACH, max: REACH, step: 0.1, value: this.own[axis], format: (v) => v.toFixed(1), onInput: (v) => this.place(axis === 0 ? [v, this.own[1]] : [this.own[0], v]) }),
    );
    return html("div", { class: "live-controls" }, methods.node, counts.node, ...this.places.map(({ node }) => node));
  }

  /** Follow all points by the chosen solver. */
  solve() {
    this.ways = this.start.map((x) => way(this.field, this.solver, this.steps, x));
    this.error = endError(this.ways, this.fine);
    this.solveOwn();
  }

  solveOwn() {
    this.ownWay = way(this.field, this.solver, this.steps, this.own);
    this.ownFine = way(this.field, "rk4", FINE, this.own);
  }

  change(settings) {
    this.runner.halt();
    Object.assign(this, settings);
    this.solve();
    this.draw();
    this.say();
  }

  place(own) {
    this.own = own;
    this.places.forEach(({ set }, axis) => set(own[axis]));
    this.solveOwn();
    this.draw();
    this.say();
  }

  point(event) {
    const box = this.drawing.getBoundingClientRect();
    this.place(planeScale(box.width).toPlane(event.clientX - box.left, event.clientY - box.top).map((v) => Number(v.toFixed(1))));
  }

  seek(t) {
    this.runner.halt();
    this.t = t;
    this.draw();
    this.say();
  }

  *play() {
    this.t = 0;
    for (let k = 1; k <= FRAMES; k += 1) yield (this.t = k / FRAMES);
  }

  arrive() {
    this.draw();
    this.say();
  }

  check() {
    const errors = [["euler", 4], ["rk4", 1]].map(([solver, steps]) => endError(this.start.map((x) => way(this.field, solver, steps, x)), this.fine));
    const [first, rest] = verdict(this.guess, ...errors);
    this.ask.say(html("strong", {}, first), rest);
  }

  say() {
    const { t, solver, steps, error } = this;
    this.report.say(report({ t, solver, steps, evaluations: steps * SOLVERS[solver].cost, error, ownError: endError([this.ownWay], [this.ownFine]) }));
  }

  draw() {
    const side = Math.min(430, Math.max(240, this.stage.clientWidth || 240));
    this.scene.draw({ ways: this.ways, own: this.ownWay, fine: this.ownFine, t: this.t }, side);
    this.time.set(this.t);
    this.drawing.setAttribute("aria-label", described(this, at(this.ownWay, this.t)));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, { model, ...options } = {}) {
  const figure = new OdeFlow(root, await loadField(model), options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
