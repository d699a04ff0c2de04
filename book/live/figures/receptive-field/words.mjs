/** What the receptive field explorer asks and reports. */

export const NAMES = { plain: "masked convolutions", gated: "vertical and horizontal stacks" };

export const SPOKEN = {
  target: "the pixel in question",
  leak: "the pixel in question sees itself: leak",
  seen: "seen",
  later: "not seen yet, a deeper network would",
  blind: "blind spot, never seen",
  future: "comes later",
};

const layers = (depth) => (depth === 1 ? "One layer" : `${depth} layers`);
const at = ([row, column]) => `row ${row + 1}, column ${column + 1}`;

export function question(network) {
  return (
    `${layers(network.depth)} of ${network.kernel} × ${network.kernel} masked convolutions predict the pixel marked “?”. ` +
    "It may use every pixel before it. Press one of these that it cannot see, however deep the network becomes."
  );
}

/** The verdict on the pixel that the reader pressed. */
export function verdict(place, { role }, { kernel }) {
  const where = `The pixel at ${at(place)}`;
  const gain = kernel === 3 ? "one column" : `${(kernel - 1) / 2} columns`;
  if (role === "blind") return ["Right. ", `${where} is in the blind spot: a row up gains at most ${gain} to the right.`];
  if (role === "seen") return ["Not so. ", `${where} is seen. The hatched pixels never are.`];
  if (role === "later") return ["Not quite. ", `${where} is not seen yet, but more layers would reach it. The hatched pixels are never reached.`];
  return ["Not so. ", `${where} does not come before the pixel in question. The hatched pixels do, and are never seen.`];
}

/** One sentence or three on what the network sees from a place. */
export function report(network, target, total) {
  const past = total.seen + total.later + total.blind;
  const size = `${layers(network.depth)} of ${network.kernel} × ${network.kernel}, ${NAMES[network.kind]}`;
  const sees = `${size}: the pixel at ${at(target)} sees ${total.seen} of the ${past} pixels before it.`;
  const later = total.later > 0 ? ` More layers would reach ${total.later} more.` : "";
  if (total.blind > 0) return `${sees}${later} The ${total.blind} hatched ones are its blind spot: no depth reaches them.`;
  return `${sees}${later} It has no blind spot in this image.`;
}

export function audit(total) {
  return total.leak > 0
    ? "Leak: the pixel in question sees itself. Training would teach the network to copy it, and sampling would fail."
    : "No leak: no pixel sees itself or a later one.";
}
