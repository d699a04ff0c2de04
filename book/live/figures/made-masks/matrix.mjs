/** The matrix of path counts, rows and columns sorted by the ordering: strictly lower triangular where all is well. */

import { svg } from "../../shared/dom.mjs";

const MARGIN = 26;

/** One word for a cell: what it is, and what it should be. */
export function cellKind(paths, row, column) {
  if (row > column) return paths > 0 ? "path" : "missing";
  return paths > 0 ? "leak" : "none";
}

/** A short form of a count for a small cell: 950, 1.2k, 36k. */
export function short(count) {
  if (count < 1000) return String(count);
  const thousands = count / 1000;
  return thousands < 9.95 ? `${thousands.toFixed(1)}k` : `${Math.round(thousands)}k`;
}

function cell(scene, row, column, size, most) {
  const { counts, order, selected, hideAnswer } = scene;
  const paths = counts[order[row]][order[column]];
  const kind = hideAnswer ? "hidden" : cellKind(paths, row, column);
  const [x, y] = [MARGIN + column * size, MARGIN + row * size];
  const strength = paths > 0 ? 0.25 + 0.55 * (Math.log1p(paths) / Math.log1p(most)) : 0;
  const chosen = selected && selected.layer === scene.net.degrees.length - 1 && selected.unit === order[row];
  const parts = [svg("rect", { x: x + 1, y: y + 1, width: size - 2, height: size - 2, rx: 2, style: `--strength: ${strength}` })];
  const middle = { x: x + size / 2, y: y + size / 2 };
  if (kind === "path" || kind === "leak") parts.push(svg("text", middle, short(paths)));
  if (kind === "missing") parts.push(svg("text", middle, "0"));
  return svg("g", { class: `live-cell is-${kind}${chosen ? " is-chosen" : ""}` }, ...parts);
}

/** Draw the matrix of `scene` into `host`; `press(pixel)` is called when a row is pressed. */
export function drawMatrix(host, scene, press) {
  const { order, counts } = scene;
  const size = Math.max(22, Math.min(34, (Math.floor(host.clientWidth) - MARGIN - 2) / order.length));
  const side = MARGIN + size * order.length + 2;
  const most = Math.max(...counts.flat(), 1);
  const head = order.flatMap((pixel, place) => [
    svg("text", { x: MARGIN + (place + 0.5) * size, y: MARGIN - 9, class: "live-axis" }, String(pixel + 1)),
    svg("text", { x: MARGIN - 10, y: MARGIN + (place + 0.5) * size, class: "live-axis" }, String(pixel + 1)),
  ]);
  const rows = order.map((pixel, row) => {
    const cells = order.map((_, column) => cell(scene, row, column, size, most));
    return svg("g", { class: "live-matrix-row", onclick: () => press(pixel) }, ...cells);
  });
  const label = "Matrix of path counts: a row is an output, a column an input, both sorted by the ordering";
  const frame = { viewBox: `0 0 ${side} ${side}`, width: side, height: side, role: "img", "aria-label": label };
  host.replaceChildren(svg("svg", frame, ...head, ...rows));
}
