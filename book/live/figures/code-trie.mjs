/**
 * A prefix code grows while the reader types: Huffman's trie of the text so far, the codeword of every letter, the
 * shares of the unit interval, and the mean length against the entropy.
 *
 * Options: `text` at the start.
 */

import { button, choice } from "../shared/controls.mjs";
import { html, liveRegion, onWidth, panel, reducedMotion, uniqueId } from "../shared/dom.mjs";
import { roving } from "../shared/roving.mjs";
import { drawShares, drawTable, drawTrie } from "./code-trie/draw.mjs";
import { codeOf } from "./code-trie/huffman.mjs";
import { ANSWERS, RARE, question, report, verdict } from "./code-trie/words.mjs";

const LONGEST = 48;
const EXAMPLES = ["abracadabra", "to be or not to be", "abcdaabaabacaaba"];

/** At most `LONGEST` letters of what was typed, as an array of whole characters. */
export function clip(text) {
  return Array.from(text).slice(0, LONGEST);
}

class CodeTrie {
  constructor(root, { text = "abracadabra" }) {
    this.guess = null;
    this.timer = null;
    this.ask = liveRegion("live-ask");
    this.report = liveRegion("live-report");
    [this.tree, this.shares, this.bits, this.table] = ["div", "div", "p", "div"].map((tag) => html(tag, { class: "live-drawing" }));
    this.bits.className = "live-trie-bits";
    for (const [name, host] of [["The trie", this.tree], ["Codewords and their costs", this.table]]) { // they scroll on narrow screens
      for (const [key, value] of [["tabindex", "0"], ["role", "region"], ["aria-label", name]]) host.setAttribute(key, value);
    }
    root.append(this.ask.node, this.layout());
    this.ask.say(html("strong", {}, "Predict first. "), question());
    this.show(text);
    this.stopWatching = onWidth(root, () => this.draw());
  }

  layout() {
    return html("div", { class: "live-panels live-trie" },
      panel("live-a", "The trie: left is 0, right is 1", this.typing(), this.tree, this.shares),
      panel("live-b", "What it costs", this.report.node, this.bits, this.table, this.quiz()));
  }

  typing() {
    const id = uniqueId("text");
    this.input = html("input", { type: "text", id, class: "live-text", maxlength: LONGEST, autocomplete: "off", autocapitalize: "off", spellcheck: "false" });
    this.input.addEventListener("input", () => {
      this.halt();
      this.change();
    });
    this.input.addEventListener("keydown", (event) => event.stopPropagation()); // notebooks listen to letters
    const examples = EXAMPLES.map((text) => button(text, () => this.type(text)));
    return html("div", {}, html("label", { for: id }, "Type letters"), this.input, html("div", { class: "live-row" }, ...examples));
  }

  quiz() {
    this.choice = choice({ label: "Bits a letter", options: ANSWERS, value: null, onInput: (value) => { this.guess = value; } });
    return html("div", { class: "live-controls" }, html("div", {}, this.choice.node, button("Check my guess", () => this.check())));
  }

  check() {
    this.halt();
    const [first, ...rest] = verdict(this.guess);
    this.ask.say(html("strong", {}, first), ...rest);
    this.show(RARE);
  }

  /** Type a text letter by letter, or at once where less motion is wanted. */
  type(text) {
    this.halt();
    if (reducedMotion()) {
      this.show(text);
      return;
    }
    const letters = clip(text);
    let typed = 0;
    this.timer = setInterval(() => {
      typed += 1;
      this.input.value = letters.slice(0, typed).join("");
      if (typed === letters.length) this.halt();
      this.change(typed === letters.length);
    }, 260);
  }

  halt() {
    clearInterval(this.timer);
    this.timer = null;
  }

  show(text) {
    this.input.value = clip(text).join("");
    this.change();
  }

  /** The text has changed: a new code, with the last letter's path lit. */
  change(spoken = true) {
    const letters = clip(this.input.value);
    this.code = codeOf(letters);
    this.lit = this.code.words.at(-1) ?? "";
    this.draw();
    if (spoken) this.report.say(report(this.code));
  }

  /** Light the path to a leaf; focus stays on it although it is drawn anew. */
  choose(word, index) {
    this.lit = word;
    this.draw(index);
  }

  draw(focus = -1) {
    const { rows, words } = this.code;
    const width = Math.max(240, this.tree.clientWidth || 240);
    const { drawing, leaves, ordered } = drawTrie(rows, this.lit, width);
    this.tree.replaceChildren(...(rows.length > 0 ? [drawing] : []));
    if (leaves.length > 0) roving([leaves], (_, i) => this.choose(ordered[i].word, i), [0, Math.max(0, focus)]);
    if (focus >= 0) leaves[focus].focus();
    this.shares.replaceChildren(drawShares(rows, this.lit, width));
    const parts = words.map((word) => html("span", { class: word === this.lit ? "is-lit" : null }, word || "\u00b7"));
    this.bits.replaceChildren(html("span", { class: "live-spoken" }, "The text as bits: "), ...parts);
    this.table.replaceChildren(drawTable(rows, this.lit));
  }
}

/** Fill `root` with the figure; returns a function that stops it. */
export default function start(root, options = {}) {
  const figure = new CodeTrie(root, options);
  return () => {
    figure.halt();
    figure.stopWatching();
  };
}
