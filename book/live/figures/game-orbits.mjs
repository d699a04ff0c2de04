/**
 * Orbits of two players around an equilibrium, for the method and the step size that the reader chooses.
 *
 * Options (all optional): `game` (xy, minimax, nonSaturating), `method` (simultaneous, alternating, extragradient,
 * optimistic, consensus), `rate` of a step, `weight` of R1.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, panel, svg } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { STEPS, game, spectralRadius } from "./game-orbits/games.mjs";
import { REACH, drawOrbit, fromPlane } from "./game-orbits/plot.mjs";
import { GAMES, METHODS, OUTCOMES, outcome, question, report, verdict } from "./game-orbits/words.mjs";

const RUN = 200; // steps of a run
const FAR = 1e3; // where a run ends early

class Orbits {
  constructor(root, { game: name = "xy", method = "alternating", rate = 0.2, weight = 0 }) {
    this.settings = { name, method, rate: Number(rate), weight: Number(weight) };
    this.start = [1.5, 0];
    this.guess = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { viewBox: "0 0 100 100", role: "img", class: "live-orbit-plane" });
    this.runner = new Runner(`Run ${RUN} steps`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    this.drawing.addEventListener("pointerdown", (event) => this.drag(event));
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.change({});
  }

  layout() {
    return html("div", { class: "live-panels live-orbit" },
      panel("live-a", "Drag in the plane to move the start; the strokes show where both players want to go", html("div", { class: "live-drawing" }, this.drawing)),
      panel("live-b", "Play", this.report.node, this.controls()),
      panel("live-d", "Change", this.choices()));
  }

  controls() {
    this.outcomes = choice({ label: "The orbit will", options: OUTCOMES, value: null, onInput: (value) => (this.guess = value) });
    const { rate, weight } = this.settings;
    const size = slider({ label: "Step size", min: 0.02, max: 2.4, step: 0.02, value: rate, format: (value) => value.toFixed(2), onInput: (value) => this.change({ rate: value }) });
    const r1 = slider({ label: "Weight of R1", min: 0, max: 2, step: 0.1, value: weight, format: (value) => value.toFixed(1), onInput: (value) => this.change({ weight: value }) });
    return html("div", { class: "live-controls" },
      this.outcomes.node,
      html("div", { class: "live-row" }, this.runner.button, button("One step", () => this.once()), button("Back to the start", () => this.change({}))),
      size.node, r1.node);
  }

  choices() {
    const { name, method } = this.settings;
    this.places = ["θ", "φ"].map((letter, k) =>
      slider({ label: `Start ${letter}`, min: -REACH, max: REACH, step: 0.1, value: this.start[k], format: (value) => value.toFixed(1), onInput: (value) => this.move(k === 0 ? [value, this.start[1]] : [this.start[0], value]) }));
    return html("div", { class: "live-controls" },
      choice({ label: "Game", options: GAMES, value: name, onInput: (value) => this.change({ name: value }) }).node,
      choice({ label: "Method", options: METHODS, value: method, onInput: (value) => this.change({ method: value }) }).node,
      ...this.places.map(({ node }) => node));
  }

  change(settings) {
    this.runner.halt();
    Object.assign(this.settings, settings);
    this.played = game(this.settings.name, this.settings.weight);
    this.radius = spectralRadius(this.played, this.settings.method, this.settings.rate);
    this.path = [this.start];
    this.draw();
    this.say();
  }

  move(place) {
    this.start = place.map((value) => Math.min(REACH, Math.max(-REACH, Math.round(value * 10) / 10)));
    this.places.forEach((control, k) => control.set(this.start[k]));
    this.change({});
  }

  drag(event) {
    event.preventDefault();
    this.drawing.setPointerCapture(event.pointerId);
    const follow = (moving) => {
      const box = this.drawing.getBoundingClientRect();
      this.move(fromPlane([((moving.clientX - box.left) / box.width) * 100, ((moving.clientY - box.top) / box.height) * 100]));
    };
    follow(event);
    this.drawing.addEventListener("pointermove", follow);
    this.drawing.addEventListener("lostpointercapture", () => this.drawing.removeEventListener("pointermove", follow), { once: true });
  }

  /** Go one step on; false where the orbit has left for good. */
  step() {
    const { method, rate } = this.settings;
    const now = this.path.at(-1);
    if (Math.hypot(...now) >= FAR) return false;
    this.path.push(STEPS[method](this.played, now, this.path.at(-2) ?? now, rate));
    return true;
  }

  once() {
    this.runner.halt();
    this.step();
    this.draw();
    this.say();
  }

  *run() {
    for (let k = 0; k < RUN; k += 1) {
      if (!this.step()) return;
      yield this.path;
    }
  }

  arrive() {
    this.draw();
    this.say();
    const [first, ...rest] = verdict(this.guess, outcome(this.path.map((w) => Math.hypot(...w))));
    this.ask.say(html("strong", {}, first), ...rest);
    this.guess = null;
    this.outcomes.set(null);
  }

  state() {
    return { steps: this.path.length - 1, w: this.path.at(-1), radius: this.radius };
  }

  say() {
    this.report.say(report(this.state()));
  }

  draw() {
    this.drawing.replaceChildren(...drawOrbit(this.path, this.played.field));
    const { steps, w } = this.state();
    this.drawing.setAttribute("aria-label", `Orbit of ${steps} steps from ${this.start.join(", ")} to ${w.map((value) => value.toFixed(2)).join(", ")}`);
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new Orbits(root, options);
  return () => figure.runner.halt();
}
