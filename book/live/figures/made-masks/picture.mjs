/** The image as a square of buttons: the reader marks a guess, later selects the output to trace. */

import { html } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";

/** One word for what a pixel is at the moment; it becomes its class and part of its label. */
export function role(pixel, { lit, selected, quiz, checked, target, net }) {
  if (quiz) {
    if (pixel === target) return "target";
    return quiz.marks.has(pixel) ? "marked" : "plain";
  }
  if (checked) {
    const [marked, reaches] = [checked.marks.has(pixel), checked.answer.has(pixel)];
    if (marked !== reaches) return reaches ? "missed" : "extra";
  }
  const top = net.degrees.length - 1;
  const isTarget = selected.layer === top && pixel === target;
  if (isTarget) return lit[0][pixel] ? "leak" : "target";
  if (selected.layer === 0) return pixel === selected.unit ? "lit" : "plain";
  return lit[0][pixel] ? "lit" : "plain";
}

const SPOKEN = {
  target: "the output in question",
  marked: "marked",
  plain: "",
  lit: "reaches it",
  missed: "reaches it, you left it out",
  extra: "does not reach it, you marked it",
  leak: "sees itself: leak",
};

/** A side x side square of buttons; `draw(scene)` shows the scene, `press(pixel)` is called on a press. */
export function picture(side, press) {
  const buttons = Array.from({ length: side * side }, (_, pixel) =>
    html("button", { type: "button" }, html("b", {}, String(pixel + 1)), " ", html("small")),
  );
  const rows = Array.from({ length: side }, (_, row) => buttons.slice(row * side, (row + 1) * side));
  roving(rows, (row, column) => press(row * side + column));
  const node = html("div", { class: "live-picture", role: "group", "aria-label": "The image, pixel by pixel" }, ...buttons);
  const draw = (scene) => {
    buttons.forEach((button, pixel) => {
      const now = role(pixel, scene);
      button.className = `live-pixel is-${now}`;
      button.lastChild.textContent = `m=${scene.net.degrees[0][pixel]}`;
      const spoken = [`pixel ${pixel + 1} m=${scene.net.degrees[0][pixel]}`, SPOKEN[now]];
      button.setAttribute("aria-label", spoken.filter(Boolean).join(", "));
      button.setAttribute("aria-pressed", String(now !== "plain"));
    });
  };
  return { node, draw };
}
