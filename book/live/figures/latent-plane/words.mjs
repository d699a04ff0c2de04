/** What the latent plane asks and reports. */

function signed(value) {
  return value.toFixed(2).replace("-", "\u2212");
}

export function question([a, b]) {
  return `A is the code of a ${a.label}, B of a ${b.label}. Halfway between them, what will the decoder draw? Guess, then walk.`;
}

export function guesses([a, b]) {
  return [["first", `a ${a.label}`], ["second", `a ${b.label}`], ["other", "another digit"]];
}

/** The verdict at the midpoint; `found` is the class of the codes around it, `guess` null where there was none. */
export function verdict([a, b], guess, found) {
  const outcome = { [a.label]: "first", [b.label]: "second" }[found] ?? "other";
  const fact = `Halfway, most of the nearest codes are those of a ${found}.`;
  if (guess === null) return [`${fact} You had made no guess: take a new pair and make one.`];
  return [guess === outcome ? "Right. " : "Not so. ", fact];
}

/** Where the cross is and what is near it. */
export function report(z, [closest]) {
  const where = `z = (${signed(z[0])}, ${signed(z[1])}).`;
  if (!closest) return where;
  const hole = closest.distance > 0.35 ? " No test image has its code near here: this is a hole, or the edge." : "";
  return `${where} The nearest code is that of a ${closest.label}, ${closest.distance.toFixed(2)} away.${hole}`;
}
