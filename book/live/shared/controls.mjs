/**
 * The controls of live figures: native elements with labels, which answer to mouse, touch and keyboard.
 *
 * JupyterLab swallows arrow keys on a bare range input, so a slider handles its keys itself and stops them there.
 */

import { html, uniqueId } from "./dom.mjs";

const KEY_STEPS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };

/** The value that a key press on a slider leads to, or null where the key means nothing. */
export function sliderKey(key, { value, min, max, step }) {
  if (key === "Home") return min;
  if (key === "End") return max;
  if (!(key in KEY_STEPS)) return null;
  const moved = value + KEY_STEPS[key] * step;
  const onGrid = min + Math.round((moved - min) / step) * step;
  return Number(Math.min(max, Math.max(min, onGrid)).toFixed(10));
}

/** A labelled slider. `format(value)` is the text beside it; `set(value)` moves it without calling `onInput`. */
export function slider({ label, min, max, step, value, format = String, onInput }) {
  const id = uniqueId("slider");
  const output = html("output", { for: id });
  const input = html("input", { type: "range", id, min, max, step });
  const show = () => {
    output.textContent = format(Number(input.value));
    input.setAttribute("aria-valuetext", output.textContent);
  };
  const set = (next) => {
    input.value = String(next);
    show();
  };
  const changed = () => {
    show();
    onInput(Number(input.value));
  };
  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => {
    const next = sliderKey(event.key, { value: Number(input.value), min, max: Number(input.max), step });
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    input.value = String(next);
    changed();
  });
  set(value);
  return { node: html("div", { class: "live-slider" }, html("label", { for: id }, label), output, input), set, input };
}

/** A group of radio buttons; `options` is a list of [value, text]. */
export function choice({ label, options, value, onInput }) {
  const name = uniqueId("choice");
  const radios = options.map(([key, text]) => {
    const input = html("input", { type: "radio", name, value: key, checked: key === value });
    input.addEventListener("change", () => onInput(key));
    input.addEventListener("keydown", (event) => {
      if (event.key.startsWith("Arrow")) event.stopPropagation();
    });
    return html("label", {}, input, html("span", {}, text));
  });
  const set = (next) => {
    for (const radio of radios) radio.firstChild.checked = radio.firstChild.value === next;
  };
  const node = html("fieldset", { class: "live-choice" }, html("legend", {}, label), html("div", {}, ...radios));
  return { node, set };
}

/** A push button. */
export function button(text, onClick, attributes = {}) {
  return html("button", { type: "button", class: "live-button", onclick: onClick, ...attributes }, text);
}

/** A check box with its label. */
export function toggle({ label, value, onInput }) {
  const input = html("input", { type: "checkbox", checked: value });
  input.addEventListener("change", () => onInput(input.checked));
  return html("label", { class: "live-toggle" }, input, html("span", {}, label));
}
