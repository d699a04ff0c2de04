/**
 * Bend an increasing map by its knots and watch the density of x follow, while every strip keeps its mass.
 *
 * Options (all optional): `steep`, the slope of the map at x = 0 at the start.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { Runner } from "../shared/runner.mjs";
import { knotHandle } from "./mass-map/handle.mjs";
import { FIFTHS, REACH, drawMap, frame } from "./mass-map/plot.mjs";
import { inverse, logProb, totalMass } from "./mass-map/spline.mjs";
import { OUTCOMES, question, report, spoken, verdict } from "./mass-map/words.mjs";

const GAP = 0.15; // that two knots keep on either axis
export const SLOPES = [0.1, 6];
const STEEPEST = SLOPES[1] / 3; // at the start, so that three times as steep can be shown
const FRAMES = 30;

/** Five knots: the border of the box and three that the reader moves. */
export function startingKnots(steep) {
  return { x: [-REACH, -1.2, 0, 1.2, REACH], z: [-REACH, -1.2, 0, 1.2, REACH], slope: [1, 1, steep, 1, 1] };
}

/** The knots after knot k was sent to (x, z): it stays between its neighbours on both axes. */
export function moveKnot(knots, k, { x, z }) {
  const between = (ends, value) => Math.min(ends[k + 1] - GAP, Math.max(ends[k - 1] + GAP, value));
  const put = (ends, value) => ends.map((old, i) => (i === k ? between(ends, value) : old));
  return { ...knots, x: put(knots.x, x), z: put(knots.z, z) };
}

/** Where the density of x is highest, on a fine grid. */
export function peak(knots) {
  let best = { x: 0, value: 0 };
  for (let i = 0; i <= 1200; i += 1) {
    const x = -REACH + (2 * REACH * i) / 1200;
    const value = Math.exp(logProb(knots, x));
    if (value > best.value) best = { x, value };
  }
  return best;
}

class MassMap {
  constructor(root, { steep = 1 }) {
    this.steep = Math.min(STEEPEST, Math.max(SLOPES[0], Number(steep)));
    this.knots = startingKnots(this.steep);
    this.guess = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.under = svg("g");
    this.drawing = svg("svg", { role: "group", "aria-label": "The map from x to z, with both densities beside its axes" }, this.under);
    this.stage = html("div", { class: "live-drawing live-mass-stage" }, this.drawing);
    this.handles = [1, 2, 3].map((k) => knotHandle({
      name: `Place of knot ${k}`,
      place: () => this.place(),
      read: () => this.at(k),
      onMove: (to) => this.move(k, to),
      onSlope: (step) => this.bend(k, this.knots.slope[k] * 1.25 ** step),
      onEnd: () => this.say(),
    }));
    this.drawing.append(...this.handles.map(({ node }) => node));
    this.runner = new Runner("Make it three times as steep", { steps: () => this.steepen(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say() });
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.stopWatching = onWidth(root, () => this.draw());
    this.draw();
    this.say();
  }

  layout() {
    const slopes = [1, 2, 3].map((k) => slider({
      label: `Slope at knot ${k}`, min: SLOPES[0], max: SLOPES[1], step: 0.1, value: this.knots.slope[k],
      format: (value) => value.toFixed(1), onInput: (value) => {
        this.bend(k, value);
        this.say();
      },
    }));
    this.sliders = slopes;
    const outcomes = choice({ label: "The density of x at 0 will be", options: OUTCOMES, value: null, onInput: (value) => (this.guess = value) });
    this.outcomes = outcomes;
    const row = html("div", { class: "live-row" }, this.runner.button, button("Straighten", () => this.straighten()));
    return html("div", { class: "live-panels live-mass" },
      panel("live-a", "Drag a knot", this.stage),
      panel("live-b", "Predict, then bend", outcomes.node, row, this.report.node, html("div", { class: "live-controls" }, ...slopes.map(({ node }) => node))));
  }

  place() {
    return frame(Math.min(560, Math.max(260, this.stage.clientWidth || 260)));
  }

  at(k) {
    const { x, z, slope } = this.knots;
    return { x: x[k], z: z[k], slope: slope[k], text: spoken(x[k], z[k], slope[k]) };
  }

  move(k, to) {
    this.runner.halt();
    this.knots = moveKnot(this.knots, k, to);
    this.draw();
  }

  bend(k, value) {
    this.runner.halt();
    this.setSlope(k, Math.min(SLOPES[1], Math.max(SLOPES[0], value)));
    this.draw();
  }

  setSlope(k, value) {
    this.knots = { ...this.knots, slope: this.knots.slope.map((old, i) => (i === k ? value : old)) };
    this.sliders[k - 1].set(value);
  }

  straighten() {
    this.runner.halt();
    this.knots = startingKnots(this.steep);
    [1, 2, 3].forEach((k) => this.sliders[k - 1].set(this.knots.slope[k]));
    this.draw();
    this.say();
  }

  /** From the straight map to one of three times its slope at 0, in small steps. */
  *steepen() {
    this.knots = startingKnots(this.steep);
    this.before = Math.exp(logProb(this.knots, 0));
    for (let i = 1; i <= FRAMES; i += 1) {
      this.setSlope(2, this.steep * 3 ** (i / FRAMES));
      yield i;
    }
  }

  arrive() {
    const [first, ...rest] = verdict(this.guess, this.before, Math.exp(logProb(this.knots, 0)));
    this.ask.say(html("strong", {}, first), ...rest);
    this.guess = null;
    this.outcomes.set(null);
    [1, 2, 3].forEach((k) => this.sliders[k - 1].set(this.knots.slope[k]));
    this.draw();
    this.say();
  }

  say() {
    const ends = FIFTHS.slice(1, 5).map((z) => inverse(this.knots, z));
    const widths = [1, 2, 3].map((k) => ends[k] - ends[k - 1]);
    this.report.say(report({ mass: totalMass(this.knots), peak: peak(this.knots), widths }));
  }

  draw() {
    const place = this.place();
    this.drawing.setAttribute("width", place.width);
    this.drawing.setAttribute("height", place.height);
    this.drawing.setAttribute("viewBox", `0 0 ${place.width} ${place.height}`);
    this.under.replaceChildren(...drawMap(this.knots, place));
    this.handles.forEach((handle) => handle.draw());
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new MassMap(root, options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
