/**
 * One tab stop for many marks: arrow keys walk over rows of elements, Enter and Space press the one in focus.
 *
 * The pattern is the "roving tabindex" of the ARIA authoring practices. Key presses are stopped where they are
 * handled, since notebooks use the arrow keys to walk over cells.
 */

const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** The cell [row, column] that a key leads to on rows of the given lengths, or null for any other key. */
export function rovingKey(key, [row, column], lengths) {
  if (key === "Home") return [row, 0];
  if (key === "End") return [row, lengths[row] - 1];
  if (!(key in MOVES)) return null;
  const [down, right] = MOVES[key];
  const next = Math.min(lengths.length - 1, Math.max(0, row + down));
  if (right !== 0) return [row, Math.min(lengths[row] - 1, Math.max(0, column + right))];
  if (next === row) return [row, column];
  // Rows of different lengths: go to the cell that stands above or below.
  const position = lengths[row] > 1 ? column / (lengths[row] - 1) : 0.5;
  return [next, Math.round(position * (lengths[next] - 1))];
}

/** Make `rows` (arrays of elements, top row first) one tab stop; `press(row, column)` on click, Enter or Space. */
export function roving(rows, press, start = [0, 0]) {
  let current = start;
  const lengths = rows.map((row) => row.length);
  const focus = (cell, move) => {
    rows[current[0]][current[1]].setAttribute("tabindex", "-1");
    current = cell;
    const node = rows[cell[0]][cell[1]];
    node.setAttribute("tabindex", "0");
    if (move) node.focus({ preventScroll: false });
  };
  rows.forEach((row, i) =>
    row.forEach((node, j) => {
      node.setAttribute("tabindex", "-1");
      node.addEventListener("click", () => {
        focus([i, j], true);
        press(i, j);
      });
      node.addEventListener("keydown", (event) => {
        const pressed = event.key === "Enter" || event.key === " ";
        const next = pressed ? [i, j] : rovingKey(event.key, [i, j], lengths);
        if (next === null) return;
        event.preventDefault();
        event.stopPropagation();
        if (pressed) press(i, j);
        else focus(next, true);
      });
    }),
  );
  focus(current, false);
}
