/** What the tug-of-war asks and reports. */

export const PLACES = [
  ["between", "between the modes, wide"],
  ["left", "onto the left mode"],
  ["right", "onto the right mode"],
];
const RESTS = { between: "between the modes", left: "on the left mode", right: "on the right mode" };

/** Where q has come to rest: "between" the modes, or on the "left" or "right" one. */
export function place({ mean, scale }, [left, right]) {
  const near = (mode) => Math.abs(mean - mode.mean) < mode.scale && scale < 2 * mode.scale;
  if (near(left)) return "left";
  return near(right) ? "right" : "between";
}

export function question() {
  return "The grey density p has two modes, the blue q has one. Mark where each divergence will pull q, then let go.";
}

/** The verdict on a prediction after a descent; `guess` is null where the reader made none. */
export function verdict(name, guess, found, value) {
  const where = `${name} came to rest ${RESTS[found]}, at ${value.toFixed(3)} nats.`;
  if (guess === null) return [`${where} You had made no prediction: move q somewhere else and predict the next one.`];
  if (guess === found) return ["Right. ", where];
  return ["Not so. ", `${where} You had predicted a place ${RESTS[guess]}.`];
}

function signed(value) {
  return value.toFixed(2).replace("-", "\u2212");
}

/** Both divergences of the moment, for the reader and for the screen reader. */
export function report({ q, cover, seek }) {
  const at = `q has mean ${signed(q.mean)} and standard deviation ${q.scale.toFixed(2)}.`;
  return `${at} KL(p‖q) = ${cover.toFixed(3)} nats; KL(q‖p) = ${seek.toFixed(3)} nats. ${blame(cover, seek)}`;
}

function blame(cover, seek) {
  if (cover < 0.05 && seek < 0.05) return "The two densities almost agree.";
  if (cover > 1.5 * seek) return "p has mass where q has little: that is what KL(p‖q) charges for.";
  if (seek > 1.5 * cover) return "q has mass where p has little: that is what KL(q‖p) charges for.";
  return "Both charge about the same here.";
}
