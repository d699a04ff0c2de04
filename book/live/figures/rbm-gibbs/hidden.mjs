/** The hidden units as a grid of buttons, each with its filter: blue where it wants ink, orange where it wants none. */

import { svg } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";

const COLUMNS = 4;

function filter({ hidden, height, width, w }, j) {
  const weights = Array.from({ length: height * width }, (_, i) => w[i * hidden + j]);
  const most = Math.max(...weights.map(Math.abs));
  return weights.map((weight, i) =>
    svg("rect", {
      x: i % width,
      y: Math.floor(i / width),
      width: 1,
      height: 1,
      class: weight > 0 ? "live-rbm-for" : "live-rbm-against",
      "fill-opacity": (Math.abs(weight) / most).toFixed(3),
    }),
  );
}

/** A grid of units; `draw(h, p, selected)` shows which are on; `press(j)` on click, Enter or Space. */
export function unitGrid(rbm, press) {
  const units = Array.from({ length: rbm.hidden }, (_, j) => {
    const place = `translate(${(j % COLUMNS) * (rbm.width + 2) + 1}, ${Math.floor(j / COLUMNS) * (rbm.height + 3) + 1})`;
    const frame = svg("rect", { x: -0.5, y: -0.5, width: rbm.width + 1, height: rbm.height + 1, class: "live-rbm-frame" });
    return svg("g", { class: "live-rbm-unit", role: "button", transform: place }, frame, ...filter(rbm, j));
  });
  const rows = Math.ceil(rbm.hidden / COLUMNS);
  const columns = Math.min(COLUMNS, rbm.hidden);
  const view = `-0.5 -0.5 ${columns * (rbm.width + 2) + 1} ${rows * (rbm.height + 3) + 1}`;
  const node = svg("svg", { viewBox: view, class: "live-rbm-units", role: "group", "aria-label": "hidden units" }, ...units);
  const table = Array.from({ length: rows }, (_, row) => units.slice(row * COLUMNS, (row + 1) * COLUMNS));
  roving(table, (row, column) => press(row * COLUMNS + column));
  const draw = (h, p, selected) => {
    units.forEach((unit, j) => {
      unit.setAttribute("class", `live-rbm-unit${h[j] ? " is-on" : ""}${j === selected ? " is-chosen" : ""}`);
      unit.setAttribute("aria-label", `hidden unit ${j + 1}, ${h[j] ? "on" : "off"}, next on with probability ${p[j].toFixed(2)}`);
      unit.setAttribute("aria-pressed", String(j === selected));
    });
  };
  return { node, draw };
}
