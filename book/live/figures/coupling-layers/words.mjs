/** What the figure of the coupling layers asks, reports and concludes. */

export const DIRECTIONS = [["forward", "data to noise"], ["backward", "noise to data"]];
export const GUESSES = {
  forward: [["cross", "yes"], ["apart", "no, never"]],
  backward: [["none", "none"], ["some", "below 5 %"], ["many", "more"]],
};
const NAMES = ["horizontal", "vertical"];

export function question(backward, draws) {
  if (backward) return `${draws} draws of the noise become moons. How many will end off the moons, where there are no data?`;
  return "The grid will be bent by every layer. Can two lines of it that were apart ever meet?";
}

/** The guess that a share of stray draws makes right. */
export const outcome = (share) => (share === 0 ? "none" : share < 0.05 ? "some" : "many");

export function verdict(backward, guess, share) {
  const found = backward
    ? `${(100 * share).toFixed(1)} % of the draws, drawn in the third colour, end farther from all data than any data point lies from its neighbour. A connected cloud cannot be torn in two by a continuous map.`
    : "The map is a bijection: two points never share an image, so lines are squeezed together but never meet.";
  const right = backward ? outcome(share) : "apart";
  if (guess === null) return ["Done. ", `${found} You had made no prediction.`];
  return [guess === right ? "Right. " : "Not so. ", found];
}

export function report({ backward, time, layers, logDet }) {
  const end = backward ? "The noise, as drawn." : "The data, before the first layer.";
  if (time === 0) return end;
  const done = Math.ceil(time);
  const layer = backward ? layers[layers.length - done] : layers[done - 1];
  const which = backward ? layers.length + 1 - done : done;
  const way = backward ? ", undone," : "";
  return `Layer ${which}${way} keeps the ${NAMES[layer.still]} coordinate and moves the ${NAMES[1 - layer.still]} one; its ActNorm scales both. Log-determinant so far, mean of all points: ${logDet.toFixed(2).replace("-", "\u2212")} nats.`;
}
