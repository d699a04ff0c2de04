/**
 * A grid and points, carried through a trained coupling flow of the plane, layer by layer, in either direction.
 *
 * Options (all optional): `model`, the bytes of a flow file (default: the half moons beside this figure), `layer` at the
 * start, `direction` ("forward": data to noise, "backward").
 */

import { choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { scene } from "./coupling-layers/draw.mjs";
import { gridLines, nearest, path, readFlow } from "./coupling-layers/flow.mjs";
import { DIRECTIONS, GUESSES, question, report, verdict } from "./coupling-layers/words.mjs";

const MODEL = "../models/coupling-layers.json";
const FRAMES = 30; // a layer
const FAR = 0.15; // from all data: every data point of the file has a nearer neighbour
const STRAY = 2; // the group of draws that end so far away
const GRID = { forward: [2, 13, 61], backward: [3, 13, 61] }; // reach, lines a direction, dots a line

async function load(bytes) {
  if (bytes) return readFlow(new TextDecoder().decode(bytes));
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the flow could not be loaded (status ${response.status})`);
  return readFlow(await response.text());
}

/** n pairs of independent normal numbers (Box and Muller 1958). */
function normals(n, seed) {
  const draw = uniforms(seed);
  return Array.from({ length: n }, () => {
    const [radius, angle] = [Math.sqrt(-2 * Math.log(1 - draw())), 2 * Math.PI * draw()];
    return [radius * Math.cos(angle), radius * Math.sin(angle)];
  });
}

class LayersFigure {
  constructor(root, flow, { layer = 0, direction = "forward" }) {
    Object.assign(this, { flow, time: Number(layer), direction, guess: null, withGrid: true });
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.moving = svg("g");
    const frame = svg("rect", { width: 100, height: 100, class: "live-layers-paper" });
    this.map = svg("svg", { viewBox: "0 0 100 100", class: "live-layers-map", role: "img", "aria-label": "The grid and the points on their way" }, frame, this.moving);
    this.game = html("div", {});
    root.append(this.ask.node, this.layout());
    this.turn(direction, this.time);
  }

  get backward() {
    return this.direction === "backward";
  }

  get last() {
    return this.flow.layers.length;
  }

  layout() {
    const format = (value) => `${Math.round(value)} of ${this.last}`;
    this.runner = new Runner("Play", { steps: () => this.play(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    this.slider = slider({ label: "Layers passed", min: 0, max: this.last, step: 1, value: this.time, format, onInput: (value) => this.jump(value) });
    const way = choice({ label: "Direction", options: DIRECTIONS, value: this.direction, onInput: (value) => this.turn(value, 0) });
    const grid = toggle({ label: "Show the grid", value: true, onInput: (value) => { this.withGrid = value; this.draw(); } });
    return html("div", { class: "live-panels live-layers" },
      panel("live-a", "The plane, from \u22123 to 3", this.map, this.report.node),
      panel("live-b", "Choose, predict, play", html("div", { class: "live-controls" }, way.node, this.game, html("div", { class: "live-row" }, this.runner.button), this.slider.node, grid)));
  }

  /** Begin anew in one of the two directions. */
  turn(direction, time) {
    this.runner.halt();
    Object.assign(this, { direction, time, guess: null });
    const { points, groups } = this.flow;
    const starts = this.backward ? normals(points.length, 5) : points;
    const along = (point) => path(this.flow, point, this.backward);
    this.paths = { points: starts.map(along), lines: gridLines(...GRID[direction]).map((line) => line.map(along)) };
    this.paths.groups = this.backward ? this.paths.points.map((stages) => this.groupAt(stages.at(-1).point)) : groups;
    const options = { label: this.backward ? "Off the moons" : "Can lines meet", options: GUESSES[direction], value: null, onInput: (value) => { this.guess = value; } };
    this.game.replaceChildren(choice(options).node);
    this.ask.say(html("strong", {}, "Predict first. "), question(this.backward, points.length));
    this.slider.set(time);
    this.draw();
    this.say();
  }

  /** The moon that a draw ends at. */
  groupAt(place) {
    const k = nearest(place, this.flow.points, FAR);
    return k < 0 ? STRAY : this.flow.groups[k];
  }

  /** On to the last layer; from the last one, begin again. */
  *play() {
    if (this.time >= this.last) this.time = 0;
    while (this.time < this.last) yield (this.time = Math.min(this.last, Math.round((this.time + 1 / FRAMES) * FRAMES) / FRAMES));
  }

  arrive() {
    const { groups } = this.paths;
    const [first, rest] = verdict(this.backward, this.guess, groups.filter((group) => group === STRAY).length / groups.length);
    this.ask.say(html("strong", {}, first), rest);
    this.draw();
    this.say();
  }

  jump(time) {
    this.runner.halt();
    this.time = time;
    this.draw();
    this.say();
    if (time === this.last) this.arrive();
  }

  say() {
    const k = Math.ceil(this.time);
    const logDet = this.paths.points.reduce((sum, stages) => sum + stages[k].logDet, 0) / this.paths.points.length;
    this.report.say(report({ backward: this.backward, time: this.time, layers: this.flow.layers, logDet }));
  }

  draw() {
    this.slider.set(Math.floor(this.time + 1e-9));
    this.moving.replaceChildren(...scene(this.paths, this.time, this.withGrid));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, { model, ...options } = {}) {
  const figure = new LayersFigure(root, await load(model), options);
  return () => figure.runner.halt();
}
