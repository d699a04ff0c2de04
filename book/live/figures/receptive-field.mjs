/**
 * What does a stack of masked convolutions see? The reader guesses a blind pixel, then explores.
 *
 * Options (all optional): `kind` ("plain", "gated"), `depth` (1 to 8 layers), `kernel` (3, 5 or 7).
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, panel } from "../shared/dom.mjs";
import { count, survey } from "./receptive-field/field.mjs";
import { grid } from "./receptive-field/grid.mjs";
import { audit, question, report, verdict } from "./receptive-field/words.mjs";

export const SIZE = [9, 11];
const START = [6, 5];

class FieldFigure {
  constructor(root, { kind = "plain", depth = 3, kernel = 3 }) {
    this.network = { kind, depth: Number(depth), kernel: Number(kernel), leak: false };
    this.target = START;
    this.pressed = null;
    this.hidden = true;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.audit = liveRegion("live-report live-audit");
    this.grid = grid(SIZE, START, (place) => this.press(place));
    this.actions = html("div", { class: "live-row" });
    root.append(this.ask.node, this.layout());
    this.change({});
  }

  layout() {
    return html(
      "div",
      { class: "live-panels live-receptive" },
      panel("live-b", "The image", this.grid.node, this.legend(), this.actions, this.report.node, this.audit.node),
      panel("live-d", "Change the network", this.controls()),
    );
  }

  legend() {
    const entry = (role, text) => html("span", {}, html("i", { class: `live-spot is-${role}` }), ` ${text}`);
    return html(
      "p",
      { class: "live-legend" },
      entry("seen", "seen, from the depth in the pixel on"),
      " ",
      entry("later", "needs more layers"),
      " ",
      entry("blind", "never seen"),
    );
  }

  controls() {
    const { network } = this;
    const change = (name, read = (value) => value) => (value) => this.change({ [name]: read(value) });
    const kinds = [["plain", "plain: one masked convolution a layer"], ["gated", "gated: vertical and horizontal stack"]];
    const sizes = [3, 5, 7].map((size) => [String(size), `${size} × ${size}`]);
    const masks = [["A", "mask A (right)"], ["B", "mask B (wrong: it leaks)"]];
    return html(
      "div",
      { class: "live-controls" },
      slider({ label: "Layers", min: 1, max: 8, step: 1, value: network.depth, onInput: change("depth") }).node,
      choice({ label: "Kernel", options: sizes, value: String(network.kernel), onInput: change("kernel", Number) }).node,
      choice({ label: "Network", options: kinds, value: network.kind, onInput: change("kind") }).node,
      choice({ label: "First layer", options: masks, value: "A", onInput: change("leak", (mask) => mask === "B") }).node,
    );
  }

  change(settings) {
    Object.assign(this.network, settings);
    const { kind, leak } = this.network;
    if (!this.hidden) this.render();
    else if (kind === "plain" && !leak) this.question();
    else this.reveal();
  }

  question() {
    this.ask.say(html("strong", {}, "Predict first. "), question(this.network));
    this.render();
  }

  press(place) {
    if (this.hidden) this.answer(place);
    else this.target = place;
    this.render();
  }

  answer(place) {
    const cells = survey(this.network, this.target, SIZE);
    this.ask.say(...verdict(place, cells[place[0]][place[1]], this.network), " Now press any pixel to ask what it sees.");
    this.pressed = place;
    this.hidden = false;
  }

  reveal() {
    this.hidden = false;
    this.ask.say("Press any pixel to ask what it sees.");
    this.render();
  }

  render() {
    const cells = survey(this.network, this.target, SIZE);
    const total = count(cells);
    this.grid.draw(cells, this.hidden, this.pressed);
    this.pressed = null;
    this.actions.replaceChildren(...(this.hidden ? [button("Show me", () => this.reveal())] : []));
    this.report.say(this.hidden ? "" : report(this.network, this.target, total));
    this.audit.say(this.hidden ? "" : audit(total));
    this.audit.node.classList.toggle("live-warning", !this.hidden && total.leak > 0);
  }
}

/** Fill `root` with the figure; returns a function that empties it. */
export default function start(root, options = {}) {
  new FieldFigure(root, options);
  return () => root.replaceChildren();
}
