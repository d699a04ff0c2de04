/** A knot of the map: dragged in both directions by mouse or finger, moved and bent by keys. */

import { svg } from "../../shared/dom.mjs";

const STEP = 0.05;
const KEYS = {
  ArrowLeft: { x: -STEP, z: 0 },
  ArrowRight: { x: STEP, z: 0 },
  ArrowDown: { x: 0, z: -STEP },
  ArrowUp: { x: 0, z: STEP },
};
const BENDS = { PageUp: 1, PageDown: -1 };

/**
 * `place()` is the frame of the drawing, `read()` gives { x, z, slope, text } of the knot. `onMove({ x, z })` and
 * `onSlope(step)` follow every change, `onEnd()` the last one; `draw()` puts the knot in its place.
 */
export function knotHandle({ name, place, read, onMove, onSlope, onEnd }) {
  const tangent = svg("line", { class: "live-mass-tangent" });
  const dot = svg("circle", { r: 8, class: "live-mass-dot" });
  const reach = svg("circle", { r: 18, class: "live-mass-reach" });
  const slide = { tabindex: 0, role: "slider", "aria-label": name, "aria-valuemin": -3, "aria-valuemax": 3 };
  const node = svg("g", { class: "live-press live-mass-handle", ...slide }, tangent, reach, dot);
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    node.focus();
    node.setPointerCapture(event.pointerId);
    const box = node.ownerSVGElement.getBoundingClientRect();
    const now = place();
    const unit = now.width / box.width;
    const follow = (moving) => onMove({
      x: now.fromX((moving.clientX - box.left) * unit),
      z: now.fromZ((moving.clientY - box.top) * unit),
    });
    node.addEventListener("pointermove", follow);
    node.addEventListener("lostpointercapture", () => {
      node.removeEventListener("pointermove", follow);
      onEnd();
    }, { once: true });
  });
  node.addEventListener("keydown", (event) => {
    const { x, z } = read();
    if (event.key in KEYS) onMove({ x: x + KEYS[event.key].x, z: z + KEYS[event.key].z });
    else if (event.key in BENDS) onSlope(BENDS[event.key]);
    else return;
    event.preventDefault();
    event.stopPropagation();
    onEnd();
  });
  const draw = () => {
    const { x, z, slope, text } = read();
    const { toX, toZ } = place();
    const length = 24 / Math.hypot(1, slope);
    tangent.setAttribute("x1", -length);
    tangent.setAttribute("x2", length);
    tangent.setAttribute("y1", length * slope);
    tangent.setAttribute("y2", -length * slope);
    node.setAttribute("transform", `translate(${toX(x).toFixed(1)},${toZ(z).toFixed(1)})`);
    node.setAttribute("aria-valuenow", x.toFixed(2));
    node.setAttribute("aria-valuetext", text);
  };
  return { node, draw };
}
