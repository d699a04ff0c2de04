/** An image as a grid of squares, for looking at and for painting with mouse, finger or keyboard. */

import { svg } from "../../shared/dom.mjs";
import { roving } from "../../shared/roving.mjs";

/** A grid of `height` x `width` squares; `draw(values, {levels, given, current})` fills it; NaN is not yet known. */
export function pixelGrid({ height, width, label, paintable = false }) {
  const squares = Array.from({ length: height * width }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const place = { x: column * 10, y: row * 10, width: 10, height: 10 };
    return svg("g", { class: "live-square" }, svg("rect", place), svg("rect", { ...place, class: "live-ink" }));
  });
  const frame = svg("path", { class: "live-frame", d: "" });
  const marker = svg("rect", { class: "live-marker", width: 10, height: 10 });
  const view = { viewBox: `-1 -1 ${width * 10 + 2} ${height * 10 + 2}`, role: paintable ? "group" : "img" };
  const node = svg("svg", { ...view, class: "live-image", "aria-label": label }, ...squares, frame, marker);
  const draw = (values, { levels, given, current = -1, spoken = null }) => {
    squares.forEach((square, i) => {
      const known = !Number.isNaN(values[i]);
      square.setAttribute("class", `live-square${known ? "" : " is-open"}${given.has(i) ? " is-given" : ""}`);
      square.lastChild.style.fillOpacity = known ? String(values[i] / (levels - 1)) : "0";
      if (spoken) square.setAttribute("aria-label", spoken(i));
    });
    frame.setAttribute("d", outline(given, height, width));
    marker.style.display = current < 0 ? "none" : "";
    marker.setAttribute("x", String((Math.max(current, 0) % width) * 10));
    marker.setAttribute("y", String(Math.floor(Math.max(current, 0) / width) * 10));
  };
  return { node, draw, squares };
}

/** A path around the set of given pixels: every side that has a given pixel on one side only. */
export function outline(given, height, width) {
  const sides = [];
  for (let i = 0; i < height * width; i += 1) {
    if (!given.has(i)) continue;
    const [row, column] = [Math.floor(i / width), i % width];
    const [x, y] = [column * 10, row * 10];
    if (row === 0 || !given.has(i - width)) sides.push(`M${x} ${y}h10`);
    if (row === height - 1 || !given.has(i + width)) sides.push(`M${x} ${y + 10}h10`);
    if (column === 0 || !given.has(i - 1)) sides.push(`M${x} ${y}v10`);
    if (column === width - 1 || !given.has(i + 1)) sides.push(`M${x + 10} ${y}v10`);
  }
  return sides.join("");
}

/** Let the reader paint on a grid: `paint(pixel)` for every square that the pointer or the keyboard presses. */
export function painting(grid, { height, width }, paint) {
  const under = (event) => {
    const box = grid.node.getBoundingClientRect();
    const unit = box.width / (width * 10 + 2);
    const column = Math.floor(((event.clientX - box.left) / unit - 1) / 10);
    const row = Math.floor(((event.clientY - box.top) / unit - 1) / 10);
    return row >= 0 && row < height && column >= 0 && column < width ? row * width + column : -1;
  };
  let last = -1;
  const stroke = (event) => {
    const pixel = under(event);
    if (pixel < 0 || pixel === last) return;
    last = pixel;
    paint(pixel);
  };
  grid.node.classList.add("is-paintable");
  grid.node.addEventListener("pointerdown", (event) => {
    grid.node.setPointerCapture(event.pointerId);
    last = -1;
    stroke(event);
  });
  grid.node.addEventListener("pointermove", (event) => {
    if (event.buttons > 0) stroke(event);
  });
  for (const square of grid.squares) square.setAttribute("role", "button");
  const rows = Array.from({ length: height }, (_, row) => grid.squares.slice(row * width, (row + 1) * width));
  roving(rows, (row, column) => paint(row * width + column));
}
