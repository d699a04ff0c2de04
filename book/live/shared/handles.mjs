/** Handles in a drawing that are dragged by mouse or finger and answer to the keys of a slider. */

import { sliderKey } from "./controls.mjs";
import { svg } from "./dom.mjs";

/** Call `onMove(pixel)` while the pointer that went down on `node` drags, and `onEnd` when it is lifted. */
function onDrag(node, onMove, onEnd) {
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    node.focus();
    node.setPointerCapture(event.pointerId);
    const left = node.ownerSVGElement.getBoundingClientRect().left;
    const follow = (moving) => onMove(moving.clientX - left);
    const release = () => {
      node.removeEventListener("pointermove", follow);
      onEnd();
    };
    node.addEventListener("pointermove", follow);
    node.addEventListener("lostpointercapture", release, { once: true });
  });
}

/**
 * A handle at the height `top`: a dot ("is-mean") or a pair of arrows ("is-scale"). `read(pixel)` is the value there;
 * `onMove(value)` follows every change, `onEnd()` the last one; `set(x, value)` puts the handle in its place.
 */
export function handle({ name, range, shape, top, read, onMove, onEnd }) {
  const [min, max] = range;
  let value = min;
  const slide = { tabindex: 0, role: "slider", "aria-label": name, "aria-valuemin": min, "aria-valuemax": max };
  const mark = shape === "is-mean" ? svg("circle", { r: 10 }) : svg("path", { d: "M-15,0L-4,-10V10ZM15,0L4,-10V10Z" });
  const reach = svg("circle", { r: 18, class: "live-kl-reach" });
  const node = svg("g", { class: `live-press live-kl-handle ${shape}`, ...slide }, reach, mark);
  onDrag(node, (pixel) => onMove(Math.min(max, Math.max(min, read(pixel)))), onEnd);
  node.addEventListener("keydown", (event) => {
    const next = sliderKey(event.key, { value, min, max, step: 0.1 });
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    onMove(next);
    onEnd();
  });
  const set = (x, next) => {
    value = next;
    node.setAttribute("aria-valuenow", next.toFixed(2));
    node.setAttribute("transform", `translate(${x.toFixed(1)},${top})`);
  };
  return { node, set };
}
