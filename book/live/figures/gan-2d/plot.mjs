/** The plane: the critic's belief as a field, the modes as circles, the generator's draws as dots. */

import { svg } from "../../shared/dom.mjs";
import { NOISE } from "./data.mjs";

const REACH = 2.4; // the picture shows [-REACH, REACH] in both directions
const CELLS = 26;
const middle = (i) => -REACH + ((i + 0.5) * 2 * REACH) / CELLS;
const toMap = (x) => ((x + REACH) / (2 * REACH)) * 100;

/** The middles of the field's cells, row after row from the lower left. */
export const FIELD = Float64Array.from({ length: 2 * CELLS * CELLS }, (_, k) => middle(k % 2 === 0 ? (k >> 1) % CELLS : Math.floor((k >> 1) / CELLS)));

/** A drawing whose parts are made once and moved by `show({ beliefs, draws })`; `setModes(modes)` places the circles. */
export class Picture {
  constructor(dots) {
    const size = 100 / CELLS;
    this.cells = Array.from({ length: CELLS * CELLS }, (_, k) =>
      svg("rect", { x: (k % CELLS) * size, y: 100 - (Math.floor(k / CELLS) + 1) * size, width: size, height: size }));
    this.dots = Array.from({ length: dots }, () => svg("circle", { r: 0.8, class: "live-game-dot" }));
    this.ring = svg("g");
    this.node = svg("svg", { viewBox: "0 0 100 100", role: "img", class: "live-game-map" }, ...this.cells, this.ring, ...this.dots);
  }

  setModes(modes) {
    this.circles = modes.map(([x, y]) => svg("circle", { cx: toMap(x), cy: 100 - toMap(y), r: ((3 * NOISE) / (2 * REACH)) * 100, class: "live-game-mode" }));
    this.ring.replaceChildren(...this.circles);
  }

  show({ beliefs, draws, counts, least, label }) {
    this.cells.forEach((cell, k) => {
      cell.setAttribute("class", beliefs[k] > 0.5 ? "live-game-real" : "live-game-fake");
      cell.setAttribute("fill-opacity", (1.6 * Math.abs(beliefs[k] - 0.5)).toFixed(3));
    });
    this.circles.forEach((circle, k) => circle.classList.toggle("is-covered", counts[k] >= least));
    this.dots.forEach((dot, k) => {
      dot.setAttribute("cx", toMap(draws[2 * k]).toFixed(2));
      dot.setAttribute("cy", (100 - toMap(draws[2 * k + 1])).toFixed(2));
    });
    this.node.setAttribute("aria-label", label);
  }
}
