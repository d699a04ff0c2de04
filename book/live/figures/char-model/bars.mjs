/** The most probable next characters as bars that can be pressed to append one. */

import { html } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";
import { shown, spoken } from "./words.mjs";

/** Bars in `host`; `choose(token)` is called on a press. Returns `draw(ranking)`; focus stays on its place. */
export function bars(host, count, choose) {
  let tokens = [];
  const rows = Array.from({ length: count }, () => {
    const said = () => html("span", { class: "live-spoken" });
    const track = html("span", { class: "live-char-track" }, html("span", { class: "live-char-fill" }));
    const [name, number] = ["live-char-name", "live-char-p"].map((style) => html("span", { class: style }));
    return html("button", { type: "button", class: "live-char-bar" }, said(), name, track, said(), number);
  });
  roving(rows.map((row) => [row]), (index) => choose(tokens[index]));
  const rest = html("p", { class: "live-note" });
  host.append(html("div", { role: "group", "aria-label": "The most probable next characters" }, ...rows), rest);
  return ({ top, rest: others }) => {
    tokens = top.map(([token]) => token);
    rows.forEach((row, i) => {
      const [token, p] = top[i];
      const [action, name, track, unit, number] = row.children;
      const blank = spoken(token) !== shown(token);
      action.textContent = blank ? `append ${spoken(token)}` : "append ";
      name.textContent = shown(token);
      name.setAttribute("aria-hidden", String(blank));
      track.firstChild.style.width = `${100 * p}%`;
      unit.textContent = ", probability ";
      number.textContent = p.toFixed(3);
    });
    rest.textContent = `all other characters together: ${others.toFixed(3)}`;
  };
}
