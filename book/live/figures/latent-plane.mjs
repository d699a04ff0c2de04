/**
 * The plane of two latent variables: what the decoder makes of the point under the finger.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the digits beside this figure), `first` and
 * `second`, the point at the start.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, svg } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { classAt, decode, drawnImage, meanImage, nearest, readPlane } from "./latent-plane/model.mjs";
import { REACH, drawCodes, drawImage, drawMarks, scaleOf } from "./latent-plane/plot.mjs";
import { guesses, question, report, verdict } from "./latent-plane/words.mjs";

const MODEL = "../models/latent-plane.safetensors";
const DRAWS = 4;
const WALK = 90; // frames

async function load(bytes) {
  if (bytes) return readPlane(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readPlane(new Uint8Array(await response.arrayBuffer()));
}

const clip = (value) => Math.min(REACH, Math.max(-REACH, value));

class Plane {
  constructor(root, model, { first = 0, second = 0 }) {
    this.model = model;
    this.z = [Number(first), Number(second)];
    this.pair = [];
    this.noise = 0;
    this.guess = null;
    this.pick = uniforms(11);
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.images = html("div", { class: "live-plane-images" });
    this.stage = this.buildStage();
    this.runner = new Runner("Walk from A to B", { steps: () => this.walk(), draw: () => this.place(this.z), arrive: () => this.arrive(), stopped: () => this.say() });
    root.append(this.ask.node, this.layout());
    this.newPair();
    this.stopWatching = onWidth(root, () => this.resize());
  }

  layout() {
    const bounds = { min: -REACH, max: REACH, step: 0.05, format: (value) => value.toFixed(2).replace("-", "\u2212") };
    this.sliders = ["z\u2081", "z\u2082"].map((label, k) =>
      slider({ ...bounds, label, value: this.z[k], onInput: (value) => { this.move(this.z.map((old, i) => (i === k ? value : old))); this.say(); } }));
    this.game = html("div", {});
    return html("div", { class: "live-panels live-plane" },
      panel("live-a", "Move over the plane, or drag with a finger", this.stage.node, this.report.node),
      panel("live-b", "What the decoder draws there", this.images,
        html("p", { class: "live-legend" }, "left: the mean image; right: four draws from p(x | z)"),
        html("div", { class: "live-controls" }, this.game, ...this.sliders.map((one) => one.node))));
  }

  newPair() {
    this.runner.halt();
    const { labels, codes } = this.model;
    const inside = labels.map((_, i) => i).filter((i) => Math.hypot(codes[2 * i], codes[2 * i + 1]) < 2.2);
    const take = () => inside[Math.floor(this.pick() * inside.length)];
    const end = (i) => ({ label: labels[i], z: [codes[2 * i], codes[2 * i + 1]] });
    if (new Set(inside.map((i) => labels[i])).size > 1) {
      const a = take();
      let b = take();
      while (labels[a] === labels[b]) b = take();
      this.pair = [end(a), end(b)];
      this.ask.say(html("strong", {}, "Predict first. "), question(this.pair));
    } else this.ask.say("Move over the plane: what is a step to the side worth?");
    this.showGame();
    if (this.pair.length) this.move(this.pair[0].z);
    this.say();
  }

  showGame() {
    this.guess = null;
    const more = [button("New pair", () => this.newPair()), button("New noise", () => { this.noise += 1; this.draw(); })];
    const ask = choice({ label: "Halfway", options: this.pair.length ? guesses(this.pair) : [], value: null, onInput: (value) => { this.guess = value; } });
    this.game.replaceChildren(...(this.pair.length ? [ask.node] : []),
      html("div", { class: "live-row" }, ...(this.pair.length ? [this.runner.button, ...more] : more.slice(1))));
  }

  at(share) {
    const [a, b] = this.pair;
    return a.z.map((value, k) => value + share * (b.z[k] - value));
  }

  *walk() {
    for (let k = 1; k <= WALK; k += 1) yield (this.z = this.at(k / WALK));
  }

  /** After the walk, stand at the midpoint. */
  arrive() {
    this.move(this.at(0.5));
    const [first, ...rest] = verdict(this.pair, this.guess, classAt(this.model, this.z));
    this.ask.say(html("strong", {}, first), ...rest);
    this.say();
  }

  move(z) {
    this.runner.halt();
    this.place(z);
  }

  place(z) {
    this.z = z.map(clip);
    this.sliders.forEach((one, k) => one.set(this.z[k]));
    this.draw();
  }

  say() {
    this.report.say(report(this.z, nearest(this.model, this.z, 1)));
  }

  resize() {
    this.stage.resize();
    this.draw();
  }

  draw() {
    this.stage.draw();
    const params = decode(this.model, this.z);
    const { levels, side } = this.model;
    const draws = Array.from({ length: DRAWS }, (_, i) => {
      const next = uniforms(1000 * this.noise + i + 1);
      return drawnImage(this.model, params, Array.from({ length: side * side }, next));
    });
    const near = nearest(this.model, this.z, 1)[0];
    const what = near ? `, near the code of a ${near.label}` : "";
    this.images.replaceChildren(
      html("div", { class: "live-plane-mean" }, drawImage(meanImage(this.model, params), levels, `mean image${what}`)),
      html("div", { class: "live-plane-draws" }, ...draws.map((image, i) => drawImage(image, levels, `draw ${i + 1}${what}`))));
  }

  /** The plane: the codes stay, the cross and the pair are drawn anew. */
  buildStage() {
    const [codes, marks] = [svg("g"), svg("g")];
    const drawing = svg("svg", { class: "live-plane-stage", role: "img", "aria-label": "codes of test images in the plane of z; the sliders move the cross" }, codes, marks);
    const node = html("div", { class: "live-drawing" }, drawing);
    let size = 240;
    const follow = (event) => {
      const box = drawing.getBoundingClientRect();
      this.move(scaleOf(size).toZ([event.clientX - box.left, event.clientY - box.top]));
    };
    drawing.addEventListener("pointerdown", (event) => {
      drawing.setPointerCapture(event.pointerId);
      follow(event);
    });
    drawing.addEventListener("pointermove", (event) => {
      if (event.pointerType === "mouse" || event.buttons) follow(event);
    });
    for (const name of ["pointerup", "pointerleave"]) drawing.addEventListener(name, () => this.say());
    const resize = () => {
      size = Math.min(460, Math.max(240, node.clientWidth || 240));
      for (const name of ["width", "height"]) drawing.setAttribute(name, size);
      drawing.setAttribute("viewBox", `0 0 ${size} ${size}`);
      codes.replaceChildren(...drawCodes(this.model, size));
    };
    return { node, resize, draw: () => marks.replaceChildren(...drawMarks(this.z, this.pair, size)) };
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new Plane(root, await load(options.model), options);
  return () => {
    figure.runner.halt();
    figure.stopWatching();
  };
}
