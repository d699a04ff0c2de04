/** Rows of small grey images. */

import { html } from "../../shared/dom.mjs";

const [SIDE, MOST, GAP] = [8, 16, 1];

/** How dark a level is, from 255 (paper) to 0 (full ink). */
export function grey(level) {
  return Math.round(255 * (1 - Math.min(Math.max(level, 0), MOST) / MOST));
}

function paint(canvas, images) {
  const context = canvas.getContext("2d");
  images.forEach((levels, k) => {
    const picture = context.createImageData(SIDE, SIDE);
    levels.forEach((level, i) => {
      const shade = grey(level);
      picture.data.set([shade, shade, shade, 255], 4 * i);
    });
    context.putImageData(picture, k * (SIDE + GAP), 0);
  });
}

/** A titled row of images. */
export function imageRow(title, images) {
  const width = images.length * (SIDE + GAP) - GAP;
  const canvas = html("canvas", { width, height: SIDE, role: "img", "aria-label": `${title}: ${images.length} digits`, class: "live-rd-row" });
  paint(canvas, images);
  return html("div", {}, html("p", { class: "live-rd-name" }, title), canvas);
}
