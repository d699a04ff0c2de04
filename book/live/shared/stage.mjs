/** A drawing over a line, on which the reader drags the mean and the width of a Gaussian q. */

import { html, svg } from "./dom.mjs";
import { handle } from "./handles.mjs";

export const ROWS = { "is-mean": 210, "is-scale": 246 }; // where the handles lie, below the axis
const HEIGHT = 268;

/** From the line to pixels and back, for a drawing of the given width that shows the values from `low` to `high`. */
export function lineScale({ low, high }, width, margin = 8) {
  const unit = (width - 2 * margin) / (high - low);
  return { full: width, toPixel: (value) => margin + (value - low) * unit, toValue: (pixel) => low + (pixel - margin) / unit };
}

/**
 * The drawing and its handles, which stay while the curves under them are drawn anew by `draw()`.
 *
 * `view` is the part of the line that is shown, `bounds` the ranges of mean and scale, `q()` the Gaussian as it is now,
 * `curves(toPixel)` what lies under the handles. `onMove(change)` follows every change of q, `onEnd()` the last one.
 */
export function gaussianStage({ label, view, bounds, q, curves, onMove, onEnd }) {
  const under = svg("g");
  const drawing = svg("svg", { height: HEIGHT, role: "group", "aria-label": label }, under);
  const node = html("div", { class: "live-drawing" }, drawing);
  const scale = () => lineScale(view, Math.max(240, node.clientWidth || 240));
  const grip = (name, key, shape, read) =>
    handle({ name, range: bounds[key], shape, top: ROWS[shape], read, onMove: (value) => onMove({ [key]: value }), onEnd });
  const mean = grip("Mean of q", "mean", "is-mean", (pixel) => scale().toValue(pixel));
  const width = grip("Standard deviation of q", "scale", "is-scale", (pixel) => scale().toValue(pixel) - q().mean);
  drawing.append(mean.node, width.node);
  const draw = () => {
    const { toPixel, full } = scale();
    const now = q();
    drawing.setAttribute("width", full);
    drawing.setAttribute("viewBox", `0 0 ${full} ${HEIGHT}`);
    under.replaceChildren(...curves(toPixel));
    mean.set(toPixel(now.mean), now.mean);
    width.set(toPixel(now.mean + now.scale), now.scale);
  };
  return { node, draw };
}
