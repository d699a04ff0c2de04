/** Everything that is seen of the sampler: built once, then redrawn from the state. */

import { button, choice, slider } from "../../shared/controls.mjs";
import { html, liveRegion } from "../../shared/dom.mjs";
import { bars } from "./bars.mjs";
import { painting, pixelGrid } from "./pixels.mjs";
import { describeLogProb, describeStep, signed } from "./words.mjs";

function sliders(model, state, act) {
  const rows = (given) => {
    const [full, rest] = [Math.floor(given / model.width), given % model.width];
    return rest ? `${given} pixels (${full} rows + ${rest})` : `${given} pixels (${full} rows)`;
  };
  const given = slider({
    label: "Given", min: 0, max: model.dim - 1, step: 1, value: state.given, format: rows, onInput: act.given,
  });
  const seed = slider({ label: "Seed of the noise", min: 1, max: 99, step: 1, value: state.seed, onInput: act.seed });
  const temperature = slider({
    label: "Temperature", min: 0.1, max: 2, step: 0.05, value: 1, format: (v) => v.toFixed(2), onInput: act.temperature,
  });
  const speed = slider({
    label: "Speed", min: 2, max: 64, step: 2, value: state.speed, format: (v) => `${v} pixels/s`, onInput: act.speed,
  });
  return { given, seed, temperature, speed };
}

function brushes(model, act) {
  const full = model.output.levels - 1;
  const middle = Math.floor(full / 2);
  const named = [[String(full), "ink"], [String(middle), "grey"], ["0", "paper"]];
  const options = model.output.levels > 2 ? named : named.filter(([level]) => level !== String(middle) || middle === full);
  const unique = options.filter(([level], i) => options.findIndex(([other]) => other === level) === i);
  return choice({ label: "Brush", options: unique, value: String(full), onInput: (level) => act.brush(Number(level)) });
}

function smallImages(model, count) {
  const items = Array.from({ length: count - 1 }, (_, i) => {
    const grid = pixelGrid({ ...model, label: `Completion ${i + 1}` });
    const caption = html("figcaption", {}, "");
    return { grid, caption, node: html("figure", { class: "live-completion" }, grid.node, caption) };
  });
  return { items, node: html("div", { class: "live-completions" }, ...items.map(({ node }) => node)) };
}

function panel(name, title, ...content) {
  return html("div", { class: `live-panel ${name}` }, html("p", { class: "live-title" }, title), ...content);
}

/** Build the figure in `root`; `act` holds what the controls call. Returns the region of the question and `draw`. */
export function buildView(root, model, state, count, act) {
  const ask = liveRegion("live-ask");
  const image = pixelGrid({ ...model, label: "The image: paint the first rows, the model draws the rest", paintable: true });
  painting(image, model, act.paint);
  const logProb = html("p", { class: "live-number" });
  const spoken = liveRegion("live-spoken");
  const step = html("p", { class: "live-report" });
  const host = html("div", { class: "live-drawing" });
  const chart = bars(host, model.output.levels, act.press);
  const small = smallImages(model, count);
  const playButton = button("Play", act.togglePlay, { class: "live-button live-primary" });
  const transport = [playButton, button("Step", act.step), button("Finish", act.finish), button("New noise", act.newNoise)];
  const guess = button("Guess a pixel", act.guess);
  const moved = sliders(model, state, act);
  const source = [button("Clear", act.clear)];
  if (model.examples.length > 0) source.push(button("Next image", act.example));
  const paintRow = html("div", { class: "live-row live-paint" }, brushes(model, act).node, ...source);
  const transportRow = html("div", { class: "live-row" }, ...transport);
  root.append(
    ask.node,
    spoken.node,
    html(
      "div",
      { class: "live-panels live-sampler" },
      panel("live-a", "Your pixels (framed), then the model's", image.node, paintRow, logProb, transportRow),
      panel("live-b", "The next pixel", host, step, html("div", { class: "live-row" }, guess)),
      panel("live-c", "Other completions of the same pixels: log p(image) in nats", small.node),
      panel(
        "live-d",
        "Change",
        html("div", { class: "live-controls" }, ...Object.values(moved).map(({ node }) => node)),
      ),
    ),
  );
  const draw = (scene) => {
    const given = new Set(model.order.slice(0, scene.chains[0].given));
    const current = scene.done ? -1 : model.order[scene.chains[0].state.t];
    const look = { levels: model.output.levels, given };
    image.draw(scene.chains[0].values, { ...look, current, spoken: (i) => speakPixel(model, scene.chains[0], given, i) });
    small.items.forEach(({ grid, caption }, i) => {
      grid.draw(scene.chains[i + 1].values, look);
      caption.textContent = scene.done ? `= ${signed(scene.chains[i + 1].logProb)}` : " ";
    });
    chart.draw({ distribution: scene.distribution, hidden: scene.asking, guess: scene.guess });
    const [total, parts] = describeLogProb(scene);
    spoken.say(scene.done ? `The image is finished: ${total}.` : "");
    logProb.replaceChildren(total, html("small", {}, parts));
    step.textContent = describeStep(model, scene);
    playButton.textContent = scene.running ? "Pause" : "Play";
    moved.given.set(scene.given);
    moved.seed.set(scene.seed);
  };
  return { ask, draw };
}

function speakPixel(model, { values }, given, i) {
  const place = `row ${Math.floor(i / model.width) + 1}, column ${(i % model.width) + 1}`;
  if (Number.isNaN(values[i])) return `${place}, not drawn yet`;
  return `${place}, level ${values[i]}${given.has(i) ? ", given" : ", drawn by the model"}`;
}
