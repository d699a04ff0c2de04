/**
 * A small LSTM that completes what the reader types, character by character, in the browser.
 *
 * Options (all optional): `model`, the bytes of a model file (default: the model beside this figure), `text` at the
 * start, `temperature`, `seed`.
 */

import { button, choice, slider } from "../shared/controls.mjs";
import { html, liveRegion, panel, reducedMotion, uniqueId } from "../shared/dom.mjs";
import { ALPHABET, encode, readCharModel } from "../shared/lstm.mjs";
import { uniforms } from "../shared/random.mjs";
import { bars } from "./char-model/bars.mjs";
import { drawNext, nextProbabilities, ranking, reader } from "./char-model/typist.mjs";
import { ANSWERS, EXAMPLES, PROMPT, question, report, verdict } from "./char-model/words.mjs";

const MODEL = "../models/text-char-rnn.safetensors";
const [BARS, STEPS, LONGEST, PAUSE] = [8, 80, 2000, 30];

class CharModel {
  constructor(root, model, { text = PROMPT, temperature = 1, seed = 1 }) {
    Object.assign(this, { model, read: reader(model), timer: null, guess: null, temperature: Number(temperature) });
    this.start = text;
    this.noise(Number(seed));
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    const chart = html("div");
    this.drawBars = bars(chart, BARS, (token) => this.append(token));
    root.append(this.ask.node, this.layout(chart));
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.show(text);
    chart.classList.add("is-hidden");
    this.chart = chart;
  }

  layout(chart) {
    return html("div", { class: "live-panels live-char" },
      panel("live-a", "Your text, and how the model goes on", this.typing(), this.report.node),
      panel("live-b", "The next character", chart, this.quiz(), this.heat()));
  }

  typing() {
    const id = uniqueId("text");
    this.input = html("textarea", { id, class: "live-text", rows: 9, maxlength: LONGEST, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    this.input.addEventListener("input", () => {
      this.halt();
      this.reveal();
      this.update();
    });
    this.input.addEventListener("keydown", (event) => event.stopPropagation()); // notebooks listen to letters
    this.complete = button("Complete", () => this.toggle(), { class: "live-button live-primary" });
    const row = (...nodes) => html("div", { class: "live-row" }, ...nodes);
    const examples = EXAMPLES.map(([name, text]) => button(name, () => this.example(text)));
    return html("div", {}, html("label", { for: id }, "Type Python, or anything else"), this.input,
      row(this.complete, button("One character", () => this.one()), button("Again from here", () => this.again())), row(...examples));
  }

  quiz() {
    const options = choice({ label: "Probability of i", options: ANSWERS, value: null, onInput: (value) => { this.guess = value; } });
    this.quizNode = html("div", { class: "live-controls" }, html("div", {}, options.node, button("Check my guess", () => this.check())));
    return this.quizNode;
  }

  heat() {
    return slider({ label: "Temperature", min: 0.1, max: 2, step: 0.1, value: this.temperature, format: (t) => t.toFixed(1), onInput: (t) => { this.temperature = t; this.update(false); } }).node;
  }

  noise(seed) {
    this.seed = seed;
    this.uniform = uniforms(seed);
  }

  check() {
    this.halt();
    this.show(PROMPT);
    const p = nextProbabilities(this.model, this.state, 1)[encode("i")[0]];
    const [first, ...rest] = verdict(this.guess, p);
    this.reveal(html("strong", {}, first), ...rest);
  }

  /** The question is over: the bars may be seen. */
  reveal(...words) {
    if (this.quizNode.hidden && words.length === 0) return;
    this.quizNode.hidden = true;
    this.chart.classList.remove("is-hidden");
    this.ask.say(...(words.length > 0 ? words : ["Press a bar to append its character, or let the model go on."]));
  }

  example(text) {
    this.halt();
    this.reveal();
    this.show(text);
  }

  show(text) {
    this.start = text;
    this.input.value = text;
    this.update();
  }

  append(token) {
    this.halt();
    this.input.value += ALPHABET[token];
    this.update();
  }

  one() {
    this.halt();
    this.reveal();
    this.step();
    this.update();
  }

  step() {
    if (this.input.value.length >= LONGEST) return;
    this.input.value += ALPHABET[drawNext(this.model, this.state, this.temperature, this.uniform())];
    this.update(false);
    this.input.scrollTop = this.input.scrollHeight;
  }

  /** Back to what the reader gave, with new noise. */
  again() {
    this.halt();
    this.noise(this.seed + 1);
    this.show(this.start);
    this.toggle();
  }

  toggle() {
    if (this.timer !== null) {
      this.halt();
      return;
    }
    this.reveal();
    this.start = this.input.value;
    let left = STEPS;
    if (reducedMotion()) {
      for (; left > 0; left -= 1) this.step();
      this.update();
      return;
    }
    this.complete.textContent = "Stop";
    this.timer = setInterval(() => {
      this.step();
      left -= 1;
      if (left === 0) this.halt();
    }, PAUSE);
  }

  halt() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.complete.textContent = "Complete";
    this.update();
  }

  /** Read the text as it is now; `aloud` is false while it still grows. */
  update(aloud = true) {
    const text = this.input.value;
    this.state = this.read(text);
    this.drawBars(ranking(nextProbabilities(this.model, this.state, this.temperature), BARS));
    if (aloud) this.report.say(report({ length: encode(text).length, bits: this.state.bits }));
  }
}

async function loadModel(bytes) {
  if (bytes) return readCharModel(bytes);
  const response = await fetch(new URL(MODEL, import.meta.url));
  if (!response.ok) throw new Error(`the model file could not be loaded (status ${response.status})`);
  return readCharModel(new Uint8Array(await response.arrayBuffer()));
}

/** Fill `root` with the figure; returns a function that stops it. */
export default async function start(root, options = {}) {
  const figure = new CharModel(root, await loadModel(options.model), options);
  return () => figure.halt();
}
