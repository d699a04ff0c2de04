/**
 * Which pixels a stack of causal convolutions sees, followed back from one output place, layer by layer.
 *
 * A network is { kind: "plain" | "gated", depth, kernel, leak }: `depth` layers of kernel x kernel. "plain" masks one
 * convolution a layer, mask A in the first and mask B above; "gated" has a vertical and a horizontal stack. `leak` puts
 * mask B into the first layer too. Places are [row, column]; an image is [rows, columns].
 */

const key = (row, column) => `${row},${column}`;

/** Every place that the window of `rows` and `columns` offsets, [from, to] each, reaches from a set of places. */
function spread(places, [top, bottom], [left, right], [height, width]) {
  const reached = new Set();
  for (const place of places) {
    const [row, column] = place.split(",").map(Number);
    for (let i = Math.max(0, row + top); i <= Math.min(height - 1, row + bottom); i += 1)
      for (let j = Math.max(0, column + left); j <= Math.min(width - 1, column + right); j += 1) reached.add(key(i, j));
  }
  return reached;
}

const union = (...sets) => new Set(sets.flatMap((set) => [...set]));

function plain({ depth, kernel, leak }, target, size) {
  const reach = (kernel - 1) / 2;
  let places = new Set([target]);
  for (let layer = depth - 1; layer >= 0; layer -= 1) {
    const own = layer > 0 || leak ? 0 : -1;
    places = union(spread(places, [-reach, -1], [-reach, reach], size), spread(places, [0, 0], [-reach, own], size));
  }
  return places;
}

function gated({ depth, kernel, leak }, target, size) {
  const reach = (kernel - 1) / 2;
  let [horizontal, vertical] = [new Set([target]), new Set()];
  for (let layer = depth - 1; layer >= 0; layer -= 1) {
    const first = layer === 0;
    const both = union(horizontal, vertical); // the vertical stack feeds both
    vertical = spread(both, [-reach, first ? -1 : 0], [-reach, reach], size);
    horizontal = spread(horizontal, [0, 0], [-reach, first && !leak ? -1 : 0], size);
  }
  return union(horizontal, vertical);
}

/** The pixels that the output at `target` sees, as a matrix of booleans. */
export function seen(network, [row, column], [height, width]) {
  const found = (network.kind === "gated" ? gated : plain)(network, key(row, column), [height, width]);
  return Array.from({ length: height }, (_, i) => Array.from({ length: width }, (_, j) => found.has(key(i, j))));
}

/** Does [i, j] come before [row, column] in raster order? */
export function before([i, j], [row, column]) {
  return i < row || (i === row && j < column);
}

/**
 * What every pixel is to the target: "target", "leak" (the target itself, seen), "seen", "later" (a deeper network would
 * see it), "blind" (none will) or "future"; and `since`, the least depth at which it is seen.
 */
export function survey(network, target, size) {
  const [height, width] = size;
  const layers = Array.from({ length: network.depth }, (_, d) => seen({ ...network, depth: d + 1 }, target, size));
  const deep = seen({ ...network, depth: height + width }, target, size);
  const role = (i, j) => {
    const now = layers.at(-1)[i][j];
    if (i === target[0] && j === target[1]) return now ? "leak" : "target";
    if (!before([i, j], target)) return "future";
    if (now) return "seen";
    return deep[i][j] ? "later" : "blind";
  };
  return Array.from({ length: height }, (_, i) =>
    Array.from({ length: width }, (_, j) => ({ role: role(i, j), since: layers.findIndex((layer) => layer[i][j]) + 1 })),
  );
}

/** How many pixels of a survey have each role. */
export function count(cells) {
  const total = { target: 0, leak: 0, seen: 0, later: 0, blind: 0, future: 0 };
  for (const { role } of cells.flat()) total[role] += 1;
  return total;
}
