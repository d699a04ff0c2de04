/** The drawings of the trie: the tree itself, the two divisions of the unit interval, and the bars of lengths. */

import { html, svg } from "../../shared/dom.mjs";
import { leafLabel, shown } from "./words.mjs";

const DEEP = 42; // pixels a bit
const TOP = 16;

/** Where every node stands: leaves side by side in the order of their codewords, a parent above the middle of its children. */
export function place(words) {
  const leaves = [...words].sort();
  const spot = new Map(leaves.map((word, i) => [word, i + 0.5]));
  const deepest = Math.max(0, ...words.map((word) => word.length));
  for (let depth = deepest - 1; depth >= 0; depth -= 1) {
    const parents = new Set(leaves.filter((word) => word.length > depth).map((word) => word.slice(0, depth)));
    for (const parent of parents) {
      const children = ["0", "1"].map((bit) => spot.get(parent + bit)).filter((x) => x !== undefined);
      spot.set(parent, children.reduce((sum, x) => sum + x, 0) / children.length);
    }
  }
  return spot;
}

function edge(path, toX, lit) {
  const [x1, x2] = [toX(path.slice(0, -1)), toX(path)];
  const [y1, y2] = [TOP + DEEP * (path.length - 1), TOP + DEEP * path.length];
  const state = lit.startsWith(path) ? " is-lit" : "";
  const side = path.endsWith("0") ? -7 : 7;
  return [
    svg("line", { x1, y1, x2, y2, class: `live-trie-edge${state}` }),
    svg("text", { x: (x1 + x2) / 2 + side, y: (y1 + y2) / 2, class: `live-axis live-trie-bit${state}` }, path.at(-1)),
  ];
}

function leaf(row, x, radius, lit) {
  const y = TOP + DEEP * row.word.length;
  const state = row.word === lit ? " is-lit" : "";
  return svg("g", { class: `live-press live-trie-leaf${state}`, role: "button", "aria-label": leafLabel(row) },
    svg("circle", { cx: x, cy: y, r: radius }),
    svg("text", { x, y: y + 1 }, shown(row.letter)));
}

/** The tree, root on top; the path to the codeword `lit` is marked. Returns the drawing and the leaves, left to right. */
export function drawTrie(rows, lit, width) {
  const spot = place(rows.map((row) => row.word));
  const unit = (width - 8) / Math.max(1, rows.length);
  const toX = (path) => 4 + unit * spot.get(path);
  const paths = [...spot.keys()].filter((path) => path !== "");
  const deepest = Math.max(0, ...rows.map((row) => row.word.length));
  const height = TOP * 2 + DEEP * deepest + 4;
  const radius = Math.max(6, Math.min(14, unit / 2 - 1));
  const ordered = [...rows].sort((a, b) => (a.word < b.word ? -1 : 1));
  const leaves = ordered.map((row) => leaf(row, toX(row.word), radius, lit));
  const root = rows.length > 1 ? [svg("circle", { cx: toX(""), cy: TOP, r: 4, class: "live-trie-root" })] : [];
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": "the trie of the code" },
    ...paths.flatMap((path) => edge(path, toX, lit)), ...root, ...leaves);
  return { drawing, leaves, ordered };
}

/** The unit interval divided by the code (2^-length) and by the text (p): where both agree, nothing is wasted. */
export function drawShares(rows, lit, width) {
  const ordered = [...rows].sort((a, b) => (a.word < b.word ? -1 : 1));
  const bar = (share, y, label) => {
    let start = 0;
    const parts = ordered.flatMap((row, i) => {
      const [x, wide] = [start * width, share(row) * width];
      start += share(row);
      const state = `live-trie-share is-${i % 2 ? "odd" : "even"}${row.word === lit ? " is-lit" : ""}`;
      const name = wide > 13 ? [svg("text", { x: x + wide / 2, y: y + 12, class: "live-trie-name" }, shown(row.letter))] : [];
      return [svg("rect", { x, y, width: Math.max(0, wide - 1), height: 24, class: state }), ...name];
    });
    return [svg("text", { x: 0, y: y - 8, class: "live-axis live-kl-start" }, label), ...parts];
  };
  return svg("svg", { viewBox: `0 0 ${width} 92`, width, height: 92, "aria-hidden": "true" },
    ...bar((row) => 2 ** -row.word.length, 18, "share of the trie, 2 to the minus length"),
    ...bar((row) => row.p, 66, "share of the text, p"));
}

/** A table: letter, count, codeword, its length and the ideal length. */
export function drawTable(rows, lit) {
  const cells = (tag, values) => values.map((value) => html(tag, tag === "th" ? { scope: "col" } : {}, value));
  const body = rows.map((row) => html("tr", { class: row.word === lit ? "is-lit" : null },
    ...cells("td", [shown(row.letter), String(row.count), row.word || "(empty)", String(row.word.length), row.ideal.toFixed(2)])));
  return html("table", { class: "live-trie-table" },
    html("thead", {}, html("tr", {}, ...cells("th", ["letter", "count", "codeword", "bits", "\u2212log\u2082 p"]))),
    html("tbody", {}, ...body));
}
