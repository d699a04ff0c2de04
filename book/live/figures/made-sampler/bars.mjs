/** The conditional distribution of the next pixel as bars, each of which can be pressed. */

import { svg } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";

const [HEIGHT, TOP, FOOT] = [150, 18, 34];

/** Bars for `levels` levels in `host`; `choose(level)` is called on a press. */
export function bars(host, levels, choose) {
  const slots = Array.from({ length: levels }, () => {
    const shapes = ["live-slot", "live-fill", "live-model", "live-swatch-back", "live-swatch"].map((name) =>
      svg(name === "live-model" ? "line" : "rect", { class: name }),
    );
    const texts = [svg("text", { class: "live-axis" }), svg("text", { class: "live-percent" })];
    const press = svg("g", { class: "live-press", role: "button" }, ...shapes);
    return svg("g", { class: "live-bar" }, press, ...texts);
  });
  roving([slots.map((slot) => slot.firstChild)], (_, level) => choose(level));
  const label = "Distribution of the next pixel over its levels";
  const drawing = svg("svg", { role: "group", "aria-label": label }, ...slots);
  host.append(drawing);
  const draw = (scene) => {
    const width = Math.max(260, Math.floor(host.clientWidth));
    drawing.setAttribute("viewBox", `0 0 ${width} ${TOP + HEIGHT + FOOT}`);
    slots.forEach((slot, level) => drawSlot(slot, level, width / levels, { levels, ...scene }));
  };
  return { draw };
}

function set(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
}

function drawSlot(slot, level, gap, { levels, distribution, hidden, guess }) {
  const [press, axis, percent] = slot.children;
  const [box, fill, model, back, swatch] = press.children;
  const left = level * gap + gap * 0.08;
  const wide = gap * 0.84;
  const most = distribution ? Math.max(...distribution.drawn, ...distribution.model) : 1;
  const p = distribution && !hidden ? distribution.drawn[level] : 0;
  const q = distribution && !hidden ? distribution.model[level] : 0;
  const floor = TOP + HEIGHT;
  set(box, { x: left, y: TOP, width: wide, height: HEIGHT });
  set(fill, { x: left, y: floor - (HEIGHT * p) / most, width: wide, height: (HEIGHT * p) / most });
  const y = floor - (HEIGHT * q) / most;
  set(model, { x1: left, x2: left + wide, y1: y, y2: y });
  model.style.display = q > 0.001 && Math.abs(p - q) > 0.002 ? "" : "none";
  for (const square of [back, swatch]) set(square, { x: left, y: floor + 3, width: wide, height: 11 });
  swatch.style.fillOpacity = String(level / (levels - 1));
  set(axis, { x: left + wide / 2, y: floor + 25 });
  axis.textContent = level % Math.ceil(levels / 17) === 0 ? String(level) : "";
  set(percent, { x: left + wide / 2, y: Math.max(9, floor - (HEIGHT * p) / most - 7) });
  const favourite = p > 0 && p === Math.max(...distribution.drawn);
  percent.textContent = hidden ? "" : favourite ? p.toFixed(2) : "";
  slot.setAttribute("class", `live-bar${level === guess ? " is-guess" : ""}`);
  press.setAttribute("aria-label", `level ${level}${hidden ? "" : `, probability ${p.toFixed(3)}`}`);
}
