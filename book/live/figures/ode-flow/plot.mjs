/** The plane: data behind, points on their ways, trails of some of them, and one of the reader's own. */

import { svg } from "../../shared/dom.mjs";
import { at } from "./field.mjs";

export const REACH = 2.4; // the square that is shown goes from -REACH to REACH
const TRAILS = 24;

export function planeScale(side) {
  return {
    toPixel: ([a, b]) => [((a + REACH) / (2 * REACH)) * side, ((REACH - b) / (2 * REACH)) * side],
    toPlane: (x, y) => [(x / side) * 2 * REACH - REACH, REACH - (y / side) * 2 * REACH],
  };
}

function path(points, toPixel) {
  return `M${points.map((point) => toPixel(point).map((v) => v.toFixed(1)).join(",")).join("L")}`;
}

/** The points of a way up to time t. */
function upTo(knots, t) {
  const whole = Math.floor(t * (knots.length - 1));
  return [...knots.slice(0, whole + 1), at(knots, t)];
}

export class Scene {
  constructor(drawing, data) {
    this.drawing = drawing;
    this.behind = data.map(() => svg("circle", { r: 1.6, class: "live-ode-data" }));
    this.data = data;
    this.trails = Array.from({ length: TRAILS }, () => svg("path", { class: "live-ode-trail" }));
    this.dots = [];
    this.fine = svg("path", { class: "live-ode-fine" });
    this.own = svg("path", { class: "live-ode-own" });
    this.mark = svg("circle", { r: 6, class: "live-ode-mark" });
    this.layer = svg("g");
    drawing.append(...this.behind, ...this.trails, this.layer, this.fine, this.own, this.mark);
  }

  /** Draw ways (knots each) at time t, the reader's own way and its fine twin, on a square of `side` pixels. */
  draw({ ways, own, fine, t }, side) {
    const { toPixel } = planeScale(side);
    this.drawing.setAttribute("viewBox", `0 0 ${side} ${side}`);
    this.drawing.setAttribute("width", side);
    this.drawing.setAttribute("height", side);
    while (this.dots.length < ways.length) this.dots.push(svg("circle", { r: 2.4 }));
    if (this.layer.childNodes.length !== ways.length) this.layer.replaceChildren(...this.dots.slice(0, ways.length));
    const place = (node, point) => {
      const [x, y] = toPixel(point);
      node.setAttribute("cx", x.toFixed(1));
      node.setAttribute("cy", y.toFixed(1));
    };
    this.data.forEach((point, k) => place(this.behind[k], point));
    ways.forEach((knots, k) => {
      place(this.dots[k], at(knots, t));
      this.dots[k].setAttribute("class", knots[0][0] < 0 ? "live-ode-left" : "live-ode-right");
    });
    this.trails.forEach((node, k) => node.setAttribute("d", path(upTo(ways[k], t), toPixel)));
    this.fine.setAttribute("d", path(upTo(fine, t), toPixel));
    this.own.setAttribute("d", path(upTo(own, t), toPixel));
    place(this.mark, at(own, t));
  }
}
