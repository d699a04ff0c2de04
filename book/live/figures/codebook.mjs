/**
 * A codebook of eight codes in the plane: running means, dead codes and revival, under the reader's finger.
 *
 * Options (all optional): `memory` (decay of the running means), `revive` ("true" or "false"), `seed` of the points.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { SIZE, drawPlane, scale } from "./codebook/plot.mjs";
import { begin, moved, nearest, service, update } from "./codebook/quantiser.mjs";
import { SHARES, described, question, report, verdict } from "./codebook/words.mjs";

const [CODES, RUN, EACH, SPREAD] = [8, 40, 30, 0.17]; // codes, steps of a run, points a blob and their deviation
const FRAMES = 4; // a step
const BELOW = 0.1;
const ARROWS = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowDown: [0, -0.1], ArrowUp: [0, 0.1] };
const inside = (value) => Math.min(SIZE, Math.max(-SIZE, value));

/** Eight blobs of points on a ring. */
export function ring(seed) {
  const draw = uniforms(seed);
  return Array.from({ length: CODES * EACH }, (_, i) => {
    const angle = (2 * Math.PI * (i % CODES)) / CODES;
    const [radius, turn] = [SPREAD * Math.sqrt(-2 * Math.log(draw())), 2 * Math.PI * draw()];
    return [2 * Math.cos(angle) + radius * Math.cos(turn), 2 * Math.sin(angle) + radius * Math.sin(turn)];
  });
}

/** Codes in a corner, in two rows. */
export function huddle() {
  return Array.from({ length: CODES }, (_, k) => [2.25 + 0.2 * (k % 4), 2.5 + 0.25 * Math.floor(k / 4)]);
}

class Codebook {
  constructor(root, { memory = 0.8, revive = "false", seed = 1 }) {
    this.draw01 = uniforms(Number(seed) + 100);
    this.points = ring(Number(seed));
    this.settings = { decay: Number(memory), revive: String(revive) === "true" };
    Object.assign(this, { state: begin(huddle()), steps: 0, guess: null });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.stage = this.buildStage();
    this.runner = new Runner(`${RUN} steps`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say(), pace: () => 1 / FRAMES });
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(this.stage.node, () => this.draw());
    this.draw();
    this.say();
  }

  layout() {
    const guesses = choice({ label: "In use after 40 steps without revival", options: SHARES, value: null, onInput: (value) => (this.guess = value) });
    const revive = toggle({ label: "Revive the dead", value: this.settings.revive, onInput: (on) => this.change({ revive: on }) });
    const memory = slider({ label: "Memory γ", min: 0, max: 0.95, step: 0.05, value: this.settings.decay, format: (value) => value.toFixed(2), onInput: (value) => this.change({ decay: value }) });
    const row = (...buttons) => html("div", { class: "live-row" }, ...buttons);
    const controls = html("div", { class: "live-controls" }, guesses.node,
      row(this.runner.button, button("One step", () => this.once())), revive, memory.node,
      row(button("Back to the corner", () => this.restart(huddle())), button("Start on random points", () => this.restart(this.some()))));
    return html("div", { class: "live-panels live-codebook" },
      panel("live-a", "Drag a code; crosses are dead", this.stage.node),
      panel("live-b", "Quantise", this.report.node, controls));
  }

  change(settings) {
    this.runner.halt();
    Object.assign(this.settings, settings);
  }

  pick() {
    return Math.floor(this.draw01() * this.points.length);
  }

  some() {
    return Array.from({ length: CODES }, () => [...this.points[this.pick()]]);
  }

  restart(codes) {
    this.runner.halt();
    Object.assign(this, { state: begin(codes), steps: 0 });
    this.draw();
    this.say();
  }

  step() {
    const { decay, revive } = this.settings;
    const picks = this.state.codes.map(() => this.pick());
    this.state = update(this.state, this.points, { decay, below: revive ? BELOW : 0, picks });
    this.steps += 1;
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
    const [first, rest] = verdict(this.guess, service(this.points, this.state.codes), this.settings.revive);
    this.ask.say(html("strong", {}, first), rest);
  }

  place(k, [x, y]) {
    this.runner.halt();
    this.state = moved(this.state, k, [inside(x), inside(y)]);
    this.draw();
  }

  say() {
    this.report.say(report(service(this.points, this.state.codes), this.steps));
  }

  /** The plane with a handle for every code; handles stay while what lies under them is drawn anew. */
  buildStage() {
    const under = svg("g");
    const drawing = svg("svg", { role: "group", "aria-label": "Points and codes" }, under);
    const node = html("div", { class: "live-drawing" }, drawing);
    const width = () => Math.min(440, Math.max(240, node.clientWidth || 240));
    const handles = Array.from({ length: CODES }, (_, k) => this.handle(k));
    drawing.append(...handles);
    drawing.addEventListener("pointerdown", (event) => this.grab(event, drawing, handles, width()));
    const draw = (now) => {
      const at = scale(width());
      for (const [name, value] of Object.entries({ viewBox: `0 0 ${width()} ${width()}`, width: width(), height: width() })) drawing.setAttribute(name, value);
      under.replaceChildren(...drawPlane(this.points, this.state.codes, now, at));
      handles.forEach((mark, k) => {
        const [left, top] = at.toPixel(this.state.codes[k]);
        mark.setAttribute("transform", `translate(${left.toFixed(1)},${top.toFixed(1)})`);
        mark.setAttribute("aria-label", described(k, this.state.codes[k], now.uses[k]));
        mark.classList.toggle("is-dead", now.uses[k] === 0);
      });
    };
    return { node, draw };
  }

  /** Handles overlap where codes huddle, so the pointer takes the nearest code, and only where it hits a handle. */
  grab(event, drawing, handles, width) {
    if (!event.target.closest(".live-codebook-code")) return;
    event.preventDefault();
    const box = drawing.getBoundingClientRect();
    const read = ({ clientX, clientY }) => scale(width).toPlane([clientX - box.left, clientY - box.top]);
    const [k] = nearest([read(event)], this.state.codes);
    const mark = handles[k];
    mark.focus();
    mark.setPointerCapture(event.pointerId);
    const follow = (to) => this.place(k, read(to));
    const release = () => {
      mark.removeEventListener("pointermove", follow);
      this.say();
    };
    mark.addEventListener("pointermove", follow);
    mark.addEventListener("lostpointercapture", release, { once: true });
  }

  handle(k) {
    const mark = svg("g", { tabindex: 0, role: "button", class: "live-press live-codebook-code" },
      svg("circle", { r: 18, class: "live-codebook-reach" }), svg("circle", { r: 8, class: "live-codebook-dot" }),
      svg("path", { d: "M-6,-6L6,6M-6,6L6,-6", class: "live-codebook-cross" }));
    mark.addEventListener("keydown", (event) => {
      if (!(event.key in ARROWS)) return;
      event.preventDefault();
      event.stopPropagation();
      this.place(k, this.state.codes[k].map((value, axis) => value + ARROWS[event.key][axis]));
      this.say();
    });
    return mark;
  }

  draw() {
    this.stage.draw(service(this.points, this.state.codes));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new Codebook(root, options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
