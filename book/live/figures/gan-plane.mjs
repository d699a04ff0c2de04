/**
 * A trained generator in the browser: a plane of thickness and slant around a code, and sums of codes.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits beside this figure).
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { generate, measure, moved, nearestTerm, readGenerator, sum, termOf } from "./gan-plane/model.mjs";
import { PLACES, REACH, drawCross, inkPicture, scaleOf } from "./gan-plane/plot.mjs";
import { guesses, question, report, verdict } from "./gan-plane/words.mjs";

const MODEL = "../models/gan-plane.safetensors";
const WALK = 60; // frames
const NAMES = ["Thickness", "Slant", "Rotation"];

async function load(bytes) {
  if (bytes) return readGenerator(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readGenerator(new Uint8Array(await response.arrayBuffer()));
}

const clip = (value) => Math.min(REACH, Math.max(-REACH, value));

class GanPlane {
  constructor(root, model) {
    this.model = model;
    this.amounts = [0, 0, 0];
    this.pick = uniforms(5);
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.row = html("div", { class: "live-gan-sum" });
    this.game = html("div", {});
    this.image = html("div", { class: "live-gan-image" });
    this.stage = this.buildStage();
    const steps = () => this.walk();
    this.runner = new Runner("Do the sum", { steps, draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.settle() });
    root.append(this.ask.node, this.layout());
    this.newSum();
    this.stopWatching = onWidth(root, () => this.resize());
  }

  layout() {
    const bounds = { min: -REACH, max: REACH, step: 0.05, format: (value) => value.toFixed(2).replace("-", "\u2212") };
    this.sliders = NAMES.map((label, k) =>
      slider({ ...bounds, label, value: 0, onInput: (value) => this.move(this.amounts.map((old, i) => (i === k ? value : old))) }));
    return html("div", { class: "live-panels live-gan" },
      panel("live-a", "A sum of codes", this.row, this.game, this.image, this.report.node),
      panel("live-b", "Around it: bolder to the right, leaning further right towards the top", this.stage.node,
        html("div", { class: "live-controls" }, ...this.sliders.map((one) => one.node))));
  }

  newSum() {
    this.runner.halt();
    const first = Math.floor(this.pick() * 10);
    this.pair = [first, (first + 1 + Math.floor(this.pick() * 9)) % 10];
    this.guess = null;
    this.ask.say(html("strong", {}, "Predict first. "), question(this.pair));
    const ask = choice({ label: "The sum is", options: guesses(this.pair), value: null, onInput: (value) => { this.guess = value; } });
    this.game.replaceChildren(ask.node, html("div", { class: "live-row" }, this.runner.button, button("New sum", () => this.newSum())));
    this.drawSum();
    this.begin(0);
  }

  /** Stand at the thin second digit plus a share of the difference, with nothing added. */
  begin(share) {
    this.base = sum(this.model, this.pair, share);
    this.amounts = [0, 0, 0];
    this.settle();
  }

  *walk() {
    this.amounts = [0, 0, 0];
    for (let k = 1; k <= WALK; k += 1) yield (this.base = sum(this.model, this.pair, k / WALK));
  }

  arrive() {
    this.begin(1);
    const before = generate(this.model, sum(this.model, this.pair, 0));
    const after = generate(this.model, this.base);
    const found = nearestTerm(this.model, after);
    const [first, ...rest] = verdict(this.pair, this.guess, found, [measure(before).ink, measure(after).ink]);
    this.ask.say(html("strong", {}, first), ...rest);
    this.drawSum(after);
  }

  move(amounts) {
    this.runner.halt();
    this.amounts = amounts.map(clip);
    this.draw();
    this.say();
  }

  /** Draw all anew, also the plane around the code. */
  settle() {
    this.draw();
    this.stage.fill();
    this.say();
  }

  say() {
    this.report.say(report(this.amounts, measure(this.now)));
  }

  resize() {
    this.stage.resize();
    this.draw();
  }

  draw() {
    this.sliders.forEach((one, k) => one.set(this.amounts[k]));
    this.now = generate(this.model, moved(this.model, this.base, this.amounts));
    this.image.replaceChildren(inkPicture([this.now], 1, "is-large", "the generated glyph"));
    this.stage.draw();
  }

  drawSum(result = null) {
    const [first, second] = this.pair;
    const terms = [{ digit: first, bold: true }, { digit: first, bold: false }, { digit: second, bold: false }];
    const pictures = terms.map((term) => inkPicture([generate(this.model, termOf(this.model, term))], 1, "is-term", `${term.bold ? "bold" : "thin"} ${term.digit}`));
    const sign = (text) => html("span", { class: "live-gan-sign" }, text);
    const outcome = result ? inkPicture([result], 1, "is-term", "the sum") : html("div", { class: "live-gan-ink is-term is-unknown" }, "?");
    this.row.replaceChildren(pictures[0], sign("\u2212"), pictures[1], sign("+"), pictures[2], sign("="), outcome);
  }

  /** The plane: small glyphs around the code, and a cross that follows the pointer. */
  buildStage() {
    const glyphs = html("div", { class: "live-gan-plane" });
    const drawing = svg("svg", { class: "live-gan-stage", role: "img", "aria-label": "a plane of glyphs around the code; the sliders move the frame" });
    const node = html("div", { class: "live-drawing live-gan-drawing" }, glyphs, drawing);
    let size = 240;
    const follow = (event) => {
      const box = drawing.getBoundingClientRect();
      this.move([...scaleOf(size).toAmounts([event.clientX - box.left, event.clientY - box.top]), this.amounts[2]]);
    };
    drawing.addEventListener("pointerdown", (event) => {
      drawing.setPointerCapture(event.pointerId);
      follow(event);
    });
    drawing.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) follow(event);
    });
    const resize = () => {
      size = Math.min(400, Math.max(240, node.clientWidth || 240));
      for (const side of ["width", "height"]) drawing.setAttribute(side, size);
      drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
      for (const side of ["width", "height"]) glyphs.style[side] = `${size}px`;
    };
    const fill = () => {
      const images = [...PLACES].reverse().flatMap((up) => PLACES.map((right) => generate(this.model, moved(this.model, this.base, [right, up, 0]))));
      glyphs.replaceChildren(inkPicture(images, PLACES.length, "is-plane", "twenty-five glyphs, bolder to the right and leaning to the right towards the top"));
    };
    return { node, resize, fill, draw: () => drawing.replaceChildren(...drawCross(this.amounts, size)) };
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new GanPlane(root, await load(options.model));
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
