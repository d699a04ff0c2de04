/** What the figure asks and says. */

const number = (value, places = 3) => value.toFixed(places).replace("-", "−");
const NAMES = { euler: "Euler", rk4: "Runge-Kutta" };

export const GUESSES = [
  ["euler", "four steps of Euler"],
  ["rk4", "one step of Runge-Kutta"],
  ["alike", "both, within a tenth"],
];

export function question() {
  return (
    "The field was trained to carry the round cloud of noise (t = 0) onto two moons (t = 1). One step of Runge-Kutta asks the field " +
    "four times, and so do four steps of Euler. Whose points will end nearer to where the field really leads?"
  );
}

/** Which of the two ends nearer, from their mean errors. */
export function outcome(euler, rk4) {
  if (Math.abs(euler - rk4) < 0.1 * Math.max(euler, rk4)) return "alike";
  return euler < rk4 ? "euler" : "rk4";
}

export function verdict(guess, euler, rk4) {
  const end = outcome(euler, rk4);
  const text = Object.fromEntries(GUESSES);
  const first = guess === null ? "You had made no prediction. " : guess === end ? "Right. " : "Not so. ";
  return [
    first,
    `Nearer: ${text[end]}. The points of Euler end ${number(euler)} away on average, those of Runge-Kutta ${number(rk4)}. ` +
      "Now halve the steps of each and watch how fast the error falls.",
  ];
}

export function report({ t, solver, steps, evaluations, error, ownError }) {
  const plural = steps === 1 ? "step" : "steps";
  return (
    `t = ${number(t, 2)}. ${NAMES[solver]}, ${steps} ${plural}, ${evaluations} evaluations of the field a point: ` +
    `ends are ${number(error)} away from the fine way on average, your own point ${number(ownError)}.`
  );
}

export function described({ t, solver, steps }, [a, b]) {
  return `Points of a flow at time ${number(t, 2)}, followed by ${steps} steps of ${NAMES[solver]}; your own point is at ${number(a, 1)}, ${number(b, 1)}`;
}
