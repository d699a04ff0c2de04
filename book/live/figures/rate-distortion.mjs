/**
 * One VAE a beta, along the rate-distortion curve: what the slider picks is shown by its reconstructions and samples.
 *
 * Options (all optional): `model`, the bytes of a curve file (default: the digits beside this figure), `beta` at the
 * start.
 */

import { button, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, svg } from "../shared/dom.mjs";
import { drawCurve, nearestPoint } from "./rate-distortion/curve.mjs";
import { readCurve } from "./rate-distortion/data.mjs";
import { imageRow } from "./rate-distortion/images.mjs";
import { describe, question, verdict } from "./rate-distortion/words.mjs";

const CURVE = "../models/rate-distortion.json";
const ASKED = 4; // the beta that the reader is asked about
const LEGEND = "Line: slope minus beta at the chosen point. Diamond: your guess.";

async function load(bytes) {
  if (bytes) return readCurve(new TextDecoder().decode(bytes));
  const response = await fetch(new URL(CURVE, import.meta.url));
  if (!response.ok) throw new Error(`the curve could not be loaded (status ${response.status})`);
  return readCurve(await response.text());
}

/** The index of the point whose beta is nearest on a logarithmic scale. */
export function place(points, beta) {
  const away = points.map((point) => Math.abs(Math.log(point.beta / beta)));
  return away.indexOf(Math.min(...away));
}

class CurveFigure {
  constructor(root, curve, { beta = 1 }) {
    this.curve = curve;
    this.asked = place(curve.points, ASKED);
    this.state = { chosen: place(curve.points, Number(beta)), guess: 6, asking: true };
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.drawing = svg("svg", { role: "img", class: "live-rd" });
    this.host = html("div", { class: "live-drawing" }, this.drawing);
    this.images = html("div", { class: "live-rd-images" });
    this.point();
    root.append(this.ask.node, this.layout());
    this.stop = onWidth(this.host, () => this.render());
    this.render();
  }

  layout() {
    const { points } = this.curve;
    const most = Math.ceil(Math.max(...points.map((point) => point.rate)));
    this.beta = slider({
      label: "Weight of the rate, beta",
      min: 0,
      max: points.length - 1,
      step: 1,
      value: this.state.chosen,
      format: (k) => String(points[k].beta),
      onInput: (chosen) => this.change({ chosen }),
    });
    this.guess = slider({
      label: `Your guess of the rate at beta = ${points[this.asked].beta}`,
      min: 0,
      max: most,
      step: 0.5,
      value: this.state.guess,
      format: (value) => `${value.toFixed(1)} nats`,
      onInput: (guess) => this.change({ guess }),
    });
    this.check = button("Check my guess", () => this.answer(), { class: "live-button live-primary" });
    const title = (text) => html("p", { class: "live-title" }, text);
    const legend = html("p", { class: "live-legend" }, LEGEND);
    const left = html("div", { class: "live-panel live-a" }, title("Distortion against rate, in nats an image"), this.host, legend,
      this.guess.node, html("div", { class: "live-row" }, this.check), this.beta.node, this.report.node);
    const right = html("div", { class: "live-panel live-b" }, title("What this model makes of it"), this.images);
    return html("div", { class: "live-panels live-rd-panels" }, left, right);
  }

  /** A press or a drag on the curve chooses the nearest point. */
  point() {
    const choose = (event) => {
      if (this.state.asking || (event.type === "pointermove" && event.buttons === 0)) return;
      const box = this.drawing.getBoundingClientRect();
      const width = this.width();
      const chosen = nearestPoint(((event.clientX - box.left) * width) / box.width, width, this.curve.points);
      if (chosen !== this.state.chosen) this.change({ chosen });
    };
    this.drawing.addEventListener("pointerdown", choose);
    this.drawing.addEventListener("pointermove", choose);
  }

  width() {
    return Math.max(260, Math.floor(this.host.clientWidth));
  }

  change(settings) {
    Object.assign(this.state, settings);
    this.render();
  }

  answer() {
    this.state.asking = false;
    this.ask.say(...verdict(this.state.guess, this.curve.points[this.asked]));
    this.change({ chosen: this.asked });
    this.beta.input.focus();
  }

  render() {
    const { state, curve } = this;
    const point = curve.points[state.chosen];
    this.beta.set(state.chosen);
    this.beta.node.hidden = state.asking;
    this.guess.node.hidden = !state.asking;
    this.check.hidden = !state.asking;
    if (state.asking) this.ask.say(...question(point, curve.points[this.asked]));
    const words = describe(point);
    this.report.say(words);
    this.drawing.setAttribute("aria-label", `Distortion against rate. ${words}`);
    const guess = { rate: state.guess, beta: curve.points[this.asked].beta };
    drawCurve(this.drawing, { width: this.width(), points: curve.points, ...state, guess });
    this.images.replaceChildren(
      imageRow("Test images", curve.originals),
      imageRow("Reconstructions, mean of p(x | z)", point.reconstructions),
      imageRow("Samples, z from the prior", point.samples),
    );
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new CurveFigure(root, await load(options.model), options);
  return () => figure.stop();
}
