/** The image as a grid of buttons, each with the depth at which it is first seen. */

import { html } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";
import { SPOKEN } from "./words.mjs";

/** What stands in a pixel: a question mark in the target, else the least depth that sees it. */
export function mark({ role, since }, hidden) {
  if (role === "target" || (hidden && role === "leak")) return "?";
  if (hidden) return "";
  if (role === "leak") return "!";
  return role === "seen" ? String(since) : "";
}

/** A grid of buttons; `draw(cells, hidden, pressed)` shows a survey, `press([row, column])` is called on a press. */
export function grid([height, width], start, press) {
  const rows = Array.from({ length: height }, () => Array.from({ length: width }, () => html("button", { type: "button" })));
  roving(rows, (row, column) => press([row, column]), start);
  const node = html("div", { class: "live-field", role: "group", "aria-label": "The image, pixel by pixel" }, ...rows.flat());
  const draw = (cells, hidden, pressed) => {
    rows.forEach((row, i) =>
      row.forEach((button, j) => {
        const cell = cells[i][j];
        const role = hidden && cell.role !== "target" && cell.role !== "leak" ? "plain" : cell.role;
        const chosen = pressed !== null && pressed[0] === i && pressed[1] === j;
        button.className = `live-spot is-${hidden && role === "leak" ? "target" : role}${chosen ? " is-pressed" : ""}`;
        button.textContent = mark(cell, hidden);
        const spoken = hidden ? (role === "plain" ? "" : SPOKEN.target) : SPOKEN[cell.role];
        const since = !hidden && cell.role === "seen" ? `from depth ${cell.since}` : "";
        button.setAttribute("aria-label", [`row ${i + 1}, column ${j + 1}`, spoken, since].filter(Boolean).join(", "));
      }),
    );
  };
  return { node, draw };
}
