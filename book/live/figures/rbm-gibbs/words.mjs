/** What the figure asks and says. */

const number = (value, places = 2) => value.toFixed(places).replace("-", "−");

export const GUESSES = [
  ["sure", "nearly all settle"],
  ["half", "about half settle"],
  ["unsure", "nearly all keep changing"],
];

export function question(open) {
  return (
    `The framed pixels are held, the other ${open} are noise. Over 200 block Gibbs steps, how many of these ${open} will settle, ` +
    "that is, show the same value in more than 90% of the steps?"
  );
}

export function outcome({ sure, unsure }) {
  const share = sure / (sure + unsure);
  if (share > 0.8) return "sure";
  return share < 0.2 ? "unsure" : "half";
}

export function verdict(guess, counts) {
  const end = outcome(counts);
  const first = guess === null ? "" : guess === end ? "Right. " : "Not so. ";
  const told = guess === null ? "You had made no prediction. " : "";
  const total = counts.sure + counts.unsure;
  return [
    first,
    `${told}${counts.sure} of ${total} pixels settled, ${counts.unsure} kept changing. What is certain given the held pixels ` +
      "stands still; the rest is the model's doubt, made visible.",
  ];
}

/** The state of the chain; log p only where every pixel counts, whatever is held. */
export function report({ steps, held, on, free, logZ }) {
  return (
    `After ${steps} steps, ${held} pixels held, ${on} hidden units on: F(x) = ${number(free)}, ` +
    `log p(x) = −F(x) − log Z = ${number(-free - logZ)} nats, with log Z = ${number(logZ)} from all hidden states.`
  );
}

export function unitReport(j, h, p, c) {
  return `Hidden unit ${j + 1} is ${h ? "on" : "off"}; given these pixels it is on with probability ${number(p)}. Its bias is ${number(c)}.`;
}
