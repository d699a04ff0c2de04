/**
 * A coupling flow of the plane: affine couplings with ReLU networks, an ActNorm after each; points are [x1, x2].
 *
 * `genbook.flows` computes the same maps. Forward goes from data to noise.
 */

const FIELDS = ["layers", "points", "groups", "card"];

/** The flow in a text. */
export function readFlow(text) {
  const flow = JSON.parse(text);
  const whole = FIELDS.every((field) => field in flow) && flow.layers.length > 0 && flow.layers.every(({ dense }) => dense.length > 0);
  if (!whole || flow.points.length !== flow.groups.length) throw new Error("the flow file is incomplete: it needs layers, and points with a group each");
  return flow;
}

/** What the network says of the moved variable where the other is `value`: [shift, log scale]. */
export function conditioner({ dense, limit }, value) {
  let units = [value];
  dense.forEach(({ weight, bias }, depth) => {
    const sums = weight.map((row, i) => row.reduce((sum, w, j) => sum + w * units[j], bias[i]));
    units = depth + 1 < dense.length ? sums.map((sum) => Math.max(0, sum)) : sums;
  });
  return [units[0], limit * Math.tanh(units[1] / limit)];
}

/** One layer from data to noise: the point, and the log-determinant. */
export function forward(layer, x) {
  const [still, moved] = [layer.still, 1 - layer.still];
  const [shift, logScale] = conditioner(layer, x[still]);
  const z = [...x];
  z[moved] = x[moved] * Math.exp(logScale) + shift;
  const point = z.map((value, d) => value * Math.exp(layer.log_scale[d]) + layer.shift[d]);
  return { point, logDet: logScale + layer.log_scale[0] + layer.log_scale[1] };
}

/** The same layer from noise to data. */
export function inverse(layer, z) {
  const [still, moved] = [layer.still, 1 - layer.still];
  const x = z.map((value, d) => (value - layer.shift[d]) * Math.exp(-layer.log_scale[d]));
  const [shift, logScale] = conditioner(layer, x[still]);
  x[moved] = (x[moved] - shift) * Math.exp(-logScale);
  return { point: x, logDet: -logScale - layer.log_scale[0] - layer.log_scale[1] };
}

/** Where a point is before the first layer, after each, with the sum of log-determinants so far. */
export function path({ layers }, start, backward = false) {
  const [step, order] = backward ? [inverse, [...layers].reverse()] : [forward, layers];
  const stages = [{ point: start, logDet: 0 }];
  for (const layer of order) {
    const last = stages.at(-1);
    const { point, logDet } = step(layer, last.point);
    stages.push({ point, logDet: last.logDet + logDet });
  }
  return stages;
}

/** A point between two stages of its path: `time` 2.5 is halfway through the third layer. */
export function between(stages, time) {
  const k = Math.min(Math.floor(time), stages.length - 2);
  const [from, to] = [stages[k].point, stages[k + 1].point];
  const share = time - k;
  return from.map((value, d) => value + share * (to[d] - value));
}

/** Lines of a square grid over [-reach, reach], each a list of points. */
export function gridLines(reach, lines, dots) {
  const at = (i, n) => -reach + (2 * reach * i) / (n - 1);
  const range = (n) => Array.from({ length: n }, (_, i) => i);
  return range(lines).flatMap((i) => [0, 1].map((d) => range(dots).map((j) => (d === 0 ? [at(j, dots), at(i, lines)] : [at(i, lines), at(j, dots)]))));
}

/** The index of the point among `others` that is nearest to a place, or -1 where all are farther than `far`. */
export function nearest([a, b], others, far) {
  const away = others.map(([c, d]) => Math.hypot(a - c, b - d));
  const least = Math.min(...away);
  return least > far ? -1 : away.indexOf(least);
}
