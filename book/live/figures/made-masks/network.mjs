/** The layers of units, inputs at the bottom, and the connections that the masks leave. */

import { html, svg } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";

const ROW = 92;
const TOP = 48;

/** Centres of the units of every layer, in pixels. */
export function positions(degrees, width) {
  const top = degrees.length - 1;
  return degrees.map((layer, l) => {
    const gap = Math.min(64, width / layer.length);
    const left = (width - gap * layer.length) / 2 + gap / 2;
    return layer.map((_, i) => ({ x: left + i * gap, y: TOP + (top - l) * ROW, gap }));
  });
}

function edgeClass(scene, layer, from, to) {
  const { lit, selected } = scene;
  if (!lit || !lit[layer][from] || !lit[layer + 1][to]) return "live-edge";
  const top = scene.net.degrees.length - 1;
  const leaks = selected.layer === top && scene.counts[selected.unit][selected.unit] > 0;
  return leaks && carriesLeak(scene, layer, from, to) ? "live-edge is-leak" : "live-edge is-lit";
}

/** Does this edge lie on a path from the selected output's own pixel? Along such a path every degree is the same. */
function carriesLeak({ net, selected }, layer, from, to) {
  const own = net.degrees[0][selected.unit];
  return net.degrees[layer][from] === own && net.degrees[layer + 1][to] === own;
}

function edges(scene, at) {
  const marks = { plain: [], lit: [] };
  scene.net.masks.forEach((mask, layer) =>
    mask.forEach((row, to) =>
      row.forEach((edge, from) => {
        if (!edge) return;
        const [a, b] = [at[layer][from], at[layer + 1][to]];
        const name = edgeClass(scene, layer, from, to);
        const line = svg("line", { x1: a.x, y1: a.y, x2: b.x, y2: b.y, class: name, style: `--layer: ${layer}` });
        (name === "live-edge" ? marks.plain : marks.lit).push(line);
      }),
    ),
  );
  return [...directEdges(scene, at), ...marks.plain, ...marks.lit];
}

function directEdges({ net, selected }, at) {
  const top = net.degrees.length - 1;
  if (!net.direct) return [];
  return net.direct.flatMap((row, to) =>
    row.flatMap((edge, from) => {
      if (!edge) return [];
      const [a, b] = [at[0][from], at[top][to]];
      const on = selected && ((selected.layer === top && selected.unit === to) || (selected.layer === 0 && selected.unit === from));
      const bend = (a.x + b.x) / 2 + 26;
      const d = `M${a.x},${a.y} Q${bend},${(a.y + b.y) / 2} ${b.x},${b.y}`;
      return [svg("path", { d, class: `live-edge is-direct${on ? " is-lit" : ""}` })];
    }),
  );
}

function unitClass(scene, layer, i) {
  const { lit, selected } = scene;
  if (!selected) return "";
  const chosen = selected.layer === layer && selected.unit === i;
  const top = scene.net.degrees.length - 1;
  const leaks = selected.layer === top && layer === 0 && selected.unit === i && lit[0][i];
  if (leaks) return " is-leak";
  if (chosen) return " is-chosen";
  return lit[layer][i] ? " is-lit" : " is-dim";
}

function unit(scene, layer, i, place) {
  const top = scene.net.degrees.length - 1;
  const degree = scene.net.degrees[layer][i];
  const size = Math.min(15, place.gap / 2 - 1.5);
  const outer = layer === 0 || layer === top;
  const shape = outer
    ? svg("rect", { x: place.x - size, y: place.y - size, width: 2 * size, height: 2 * size, rx: 4 })
    : svg("circle", { cx: place.x, cy: place.y, r: size });
  const name = layer === 0 ? `input pixel ${i + 1}` : layer === top ? `output for pixel ${i + 1}` : `hidden ${layer}, unit ${i + 1}`;
  const text = (y, content, css) => svg("text", { x: place.x, y, class: css }, content);
  const labels = [text(place.y, String(outer ? i + 1 : degree), "live-unit-name")];
  if (outer) labels.push(text(place.y + (layer === 0 ? 1 : -1) * (size + 10), `m=${degree}`, "live-unit-degree"));
  const press = svg("g", { class: "live-press", role: "button", "aria-label": `${name}, degree ${degree}` }, shape);
  return { press, node: svg("g", { class: `live-unit${unitClass(scene, layer, i)}` }, press, ...labels) };
}

function rowNames(top, at, width) {
  return at.map((layer, l) => {
    const name = l === 0 ? "inputs: the pixels" : l === top ? "outputs: p(pixel | the pixels before it)" : `hidden layer ${l}, degrees m`;
    const y = l === 0 ? layer[0].y + 42 : l === top ? 9 : layer[0].y - 24;
    return svg("text", { x: width / 2, y, class: "live-row-name" }, name);
  });
}

/** Draw the network of `scene` into `host`; `press(layer, unit)` is called when a unit is pressed. */
export function drawNetwork(host, scene, press) {
  const width = Math.max(280, Math.floor(host.clientWidth));
  const { degrees } = scene.net;
  const top = degrees.length - 1;
  const at = positions(degrees, width);
  const height = TOP + top * ROW + 48;
  const focused = host.contains(document.activeElement) ? document.activeElement.dataset.at : null;
  const units = degrees.map((layer, l) => layer.map((_, i) => unit(scene, l, i, at[l][i])));
  units.forEach((layer, l) => layer.forEach(({ press: node }, i) => node.setAttribute("data-at", `${l}-${i}`)));
  const rows = [...units].reverse().map((layer) => layer.map(({ press: node }) => node));
  const chosen = scene.selected ? [top - scene.selected.layer, scene.selected.unit] : [0, 0];
  roving(rows, (row, i) => press(top - row, i), chosen);
  const label = "Network with masks: outputs on top, inputs at the bottom";
  const frame = { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": label };
  const drawing = svg("svg", frame, ...edges(scene, at), ...rowNames(top, at, width), ...units.flat().map(({ node }) => node));
  host.replaceChildren(drawing, html("p", { class: "live-legend" }, legend(scene)));
  if (focused) host.querySelector(`[data-at="${focused}"]`)?.focus();
}

function legend({ net }) {
  const all = net.masks.flat(2);
  const left = all.reduce((sum, edge) => sum + edge, 0);
  return `m is a unit's degree. The masks keep ${left} of ${all.length} connections: from degree a to b where a ≤ b, into outputs where a < b.`;
}
