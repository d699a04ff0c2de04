/**
 * Which inputs can reach an output of MADE through the masks? The reader marks a guess, then explores.
 *
 * Options (all optional): `hidden` layers, `units` a layer, `order` ("raster", "reversed", "random"), `seed`.
 */

import { button, choice, slider, toggle } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel } from "../shared/dom.mjs";
import { audit, connected, network, pathCounts } from "../shared/masks.mjs";
import { permutation, uniforms } from "../shared/random.mjs";
import { drawMatrix } from "./made-masks/matrix.mjs";
import { drawNetwork } from "./made-masks/network.mjs";
import { picture } from "./made-masks/picture.mjs";
import { describeAudit, describeUnit, verdict } from "./made-masks/words.mjs";

export const SIDE = 3;
const PIXELS = SIDE * SIDE;

/** The ordering of the pixels: `order[t]` is the pixel that is generated t-th. */
export function ordering(name, seed) {
  const raster = Array.from({ length: PIXELS }, (_, i) => i);
  if (name === "raster") return raster;
  return name === "reversed" ? raster.reverse() : permutation(PIXELS, uniforms(seed));
}

function initialState({ hidden = 2, units = 8, order = "raster", seed = 1 }) {
  const settings = { layers: Number(hidden), units: Number(units), order, seed: Number(seed), leak: false, direct: false };
  return { ...settings, quiz: { target: 4, marks: new Set(), asked: 0 }, selected: null };
}

/** Everything that the drawings need, computed from the settings. */
function compute(state) {
  const order = ordering(state.order, state.seed);
  const widths = new Array(state.layers).fill(state.units);
  const net = network({ order, widths, leak: state.leak, direct: state.direct });
  const counts = pathCounts(net);
  return { order, net, counts, audit: audit(counts, net.degrees[0]) };
}

class MasksFigure {
  constructor(root, options) {
    this.state = initialState(options);
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.audit = liveRegion("live-report live-audit");
    this.diagram = html("div", { class: "live-drawing" });
    this.matrix = html("div", { class: "live-drawing" });
    this.picture = picture(SIDE, (pixel) => this.pressPixel(pixel));
    this.actions = html("div", { class: "live-row" });
    root.append(this.ask.node, this.layout());
    this.stop = onWidth(this.diagram, () => this.render());
    this.render();
  }

  layout() {
    return html(
      "div",
      { class: "live-panels live-masks" },
      panel("live-a", "The network", this.diagram),
      panel("live-b", "The image", this.picture.node, this.actions, this.report.node),
      panel("live-c", "Number of paths from input (column) to output (row)", this.matrix, this.audit.node),
      panel("live-d", "Change the network", this.controls()),
    );
  }

  controls() {
    const change = (key) => (value) => this.change({ [key]: value });
    const orders = [["raster", "raster"], ["reversed", "reversed"], ["random", "random"]];
    this.orders = choice({ label: "Ordering", options: orders, value: this.state.order, onInput: change("order") });
    this.another = button("New random ordering", () => this.change({ order: "random", seed: this.state.seed + 1 }));
    const output = [["strict", "strict: a < b (right)"], ["leak", "a ≤ b (wrong: it leaks)"]];
    return html(
      "div",
      { class: "live-controls" },
      slider({ label: "Hidden layers", min: 1, max: 3, step: 1, value: this.state.layers, onInput: change("layers") }).node,
      slider({ label: "Units a layer", min: 2, max: 16, step: 1, value: this.state.units, onInput: change("units") }).node,
      html("div", {}, this.orders.node, this.another),
      choice({
        label: "Mask into the outputs",
        options: output,
        value: "strict",
        onInput: (value) => this.change({ leak: value === "leak" }),
      }).node,
      toggle({ label: "Direct connections from inputs to outputs", value: false, onInput: change("direct") }),
    );
  }

  change(settings) {
    Object.assign(this.state, settings);
    if (this.state.selected && this.state.selected.layer !== 0) this.selectOutput(this.target());
    this.orders.set(this.state.order);
    this.render();
  }

  target() {
    return this.state.quiz ? this.state.quiz.target : this.state.pixel;
  }

  selectOutput(pixel) {
    this.state.pixel = pixel;
    this.state.selected = { layer: this.state.layers + 1, unit: pixel };
  }

  pressPixel(pixel) {
    const { quiz } = this.state;
    if (!quiz) this.selectOutput(pixel);
    else if (!quiz.marks.delete(pixel)) quiz.marks.add(pixel);
    this.render();
  }

  pressUnit(layer, unit) {
    if (this.state.quiz) return;
    const top = layer === this.state.layers + 1;
    if (top) this.selectOutput(unit);
    else this.state.selected = { layer, unit };
    this.render();
  }

  check() {
    const { quiz } = this.state;
    const { counts } = compute(this.state);
    const answer = new Set(counts[quiz.target].flatMap((paths, pixel) => (paths > 0 ? [pixel] : [])));
    this.state.checked = { marks: quiz.marks, answer };
    this.state.quiz = null;
    this.selectOutput(quiz.target);
    this.ask.say(...verdict(quiz.target, quiz.marks, answer));
    this.render();
    this.state.checked = null;
  }

  question() {
    const seed = this.state.seed + 1;
    const target = Math.floor(uniforms(seed + 1000)() * PIXELS);
    Object.assign(this.state, { quiz: { target, marks: new Set() }, selected: null, order: "random", seed });
    this.orders.set("random");
    this.render();
  }

  renderActions() {
    const { quiz } = this.state;
    const focused = this.actions.contains(document.activeElement);
    const next = quiz ? button("Check my guess", () => this.check()) : button("Ask me another", () => this.question());
    next.classList.add("live-primary");
    this.actions.replaceChildren(next);
    if (focused) next.focus();
    if (!quiz) return;
    const target = quiz.target + 1;
    this.ask.say(
      html("strong", {}, "Predict first. "),
      `The small numbers give the ordering. Which pixels can reach the output for pixel ${target}? ` +
        "Press them in the image, then check.",
    );
  }

  render() {
    const { state } = this;
    const view = compute(state);
    const { selected } = state;
    const lit = selected ? connected(view.net, selected.layer, selected.unit) : null;
    const scene = { ...view, lit, selected, hideAnswer: Boolean(state.quiz) };
    this.renderActions();
    this.picture.draw({ ...scene, quiz: state.quiz, checked: state.checked, target: this.target() });
    drawNetwork(this.diagram, scene, (layer, unit) => this.pressUnit(layer, unit));
    drawMatrix(this.matrix, scene, (row) => this.pressUnit(state.layers + 1, row));
    this.report.say(describeUnit(scene));
    this.audit.say(describeAudit(scene));
    this.audit.node.classList.toggle("live-warning", !scene.hideAnswer && view.audit.forbidden > 0);
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new MasksFigure(root, options);
  return () => figure.stop();
}
