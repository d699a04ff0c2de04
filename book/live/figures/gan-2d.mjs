/**
 * A GAN in the plane that trains in the reader's browser: draws, the critic's belief, modes covered.
 *
 * Options (all optional): `data` (ring, grid, line), `loss` (minimax, non-saturating, least squares), `size`, the step
 * size, `critics`, the critic's steps a round, and `seed`.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, panel } from "../shared/dom.mjs";
import { uniforms } from "../shared/random.mjs";
import { Runner } from "../shared/runner.mjs";
import { MODES, coverage, drawData, normals } from "./gan-2d/data.mjs";
import { LOSSES, beliefs, createGame, playRound } from "./gan-2d/game.mjs";
import { forward } from "./gan-2d/network.mjs";
import { FIELD, Picture } from "./gan-2d/plot.mjs";
import { OUTCOMES, described, question, report, verdict } from "./gan-2d/words.mjs";

const ROUNDS = 500; // of a run
const PACE = 4; // rounds a frame
const [DRAWS, LEAST] = [400, 10];
const SIZES = [["0.002", "0.002"], ["0.005", "0.005"], ["0.01", "0.01"], ["0.02", "0.02"]];

class Plane {
  constructor(root, { data = "ring", loss = "minimax", size = 0.005, critics = 1, seed = 1 }) {
    Object.assign(this, { data, guess: null, seed: Number(seed) });
    this.rules = { loss, size: Number(size), critics: Number(critics) };
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    this.picture = new Picture(DRAWS);
    this.runner = new Runner(`${ROUNDS} rounds`, { steps: () => this.run(), draw: () => this.draw(), arrive: () => this.arrive(), stopped: () => this.say(), pace: () => PACE });
    root.append(this.ask.node, this.layout());
    this.restart();
  }

  layout() {
    const legend = html("p", { class: "live-legend" }, "dots: the generator’s draws; circles: modes, drawn full where covered; blue: the critic believes “data”, orange: “generated”");
    return html("div", { class: "live-panels live-game" },
      panel("live-a", "The game in the plane", this.picture.node, legend),
      panel("live-b", "Play", this.report.node, this.controls()),
      panel("live-d", "Change the rules, also while they play", this.settings()));
  }

  controls() {
    this.outcomes = choice({ label: "The generator will cover", options: OUTCOMES, value: null, onInput: (value) => (this.guess = value) });
    const buttons = [this.runner.button, button("One round", () => this.once()), button("New players", () => this.another())];
    return html("div", {}, this.outcomes.node, html("div", { class: "live-row" }, ...buttons));
  }

  settings() {
    const same = (names) => names.map((name) => [name, name]);
    const { loss, size, critics } = this.rules;
    return html("div", { class: "live-controls" },
      choice({ label: "Data", options: same(Object.keys(MODES)), value: this.data, onInput: (value) => this.load(value) }).node,
      choice({ label: "Loss", options: same(Object.keys(LOSSES)), value: loss, onInput: (value) => this.change({ loss: value }) }).node,
      choice({ label: "Step size (Adam)", options: SIZES, value: String(size), onInput: (value) => this.change({ size: Number(value) }) }).node,
      slider({ label: "Critic steps a round", min: 1, max: 8, step: 1, value: critics, onInput: (value) => this.change({ critics: value }) }).node);
  }

  change(rules) {
    Object.assign(this.rules, rules);
    if (!this.runner.frame) this.draw();
  }

  load(name) {
    this.data = name;
    this.restart();
  }

  another() {
    this.seed += 1;
    this.restart();
  }

  restart() {
    this.runner.halt();
    this.draw01 = uniforms(this.seed);
    this.game = createGame(this.draw01);
    this.z = normals(2 * DRAWS, this.draw01);
    this.guess = null;
    this.outcomes.set(null);
    this.picture.setModes(MODES[this.data]);
    this.ask.say(html("strong", {}, "Predict first. "), question(MODES[this.data].length, ROUNDS));
    this.draw();
    this.say();
  }

  play() {
    playRound(this.game, this.rules, (n) => drawData(MODES[this.data], n, this.draw01), (n) => normals(2 * n, this.draw01));
  }

  once() {
    this.runner.halt();
    this.play();
    this.draw();
    this.say();
  }

  *run() {
    for (let k = 0; k < ROUNDS; k += 1) yield this.play();
  }

  now() {
    const draws = forward(this.game.generator, this.z, DRAWS).at(-1);
    const modes = MODES[this.data];
    return { draws, ...coverage(draws, modes, LEAST), modes: modes.length, least: LEAST, rounds: this.game.rounds };
  }

  arrive() {
    this.draw();
    this.say();
    const { covered, modes } = this.now();
    const [first, rest] = verdict(this.guess, covered, modes);
    this.ask.say(html("strong", {}, first), rest);
  }

  say() {
    this.report.say(report({ ...this.now(), draws: DRAWS }));
  }

  draw() {
    const now = this.now();
    this.picture.show({ ...now, beliefs: beliefs(this.game, this.rules.loss, FIELD), label: described(now) });
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new Plane(root, options);
  return () => figure.runner.halt();
}
