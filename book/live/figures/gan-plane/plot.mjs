/** The drawings of the plane: glyphs as masks over the colour of ink, and a cross. */

import { html, svg } from "../../shared/dom.mjs";

export const REACH = 1.25; // of every direction, in steps
export const PLACES = [-1, -0.5, 0, 0.5, 1]; // of the small glyphs, along both sides of the plane

/** From amounts to pixels and back, for a square of the given size: thickness to the right, slant upward. */
export function scaleOf(size) {
  const unit = size / (2 * REACH);
  return {
    toPixel: ([right, up]) => [(right + REACH) * unit, (REACH - up) * unit],
    toAmounts: ([left, top]) => [left / unit - REACH, REACH - top / unit],
  };
}

/** Images in rows of `columns` as one picture whose opacity is the ink; the theme gives the colour. */
export function inkPicture(images, columns, className, label) {
  const size = Math.round(Math.sqrt(images[0].length));
  const canvas = html("canvas", { width: columns * size, height: Math.ceil(images.length / columns) * size });
  const context = canvas.getContext("2d");
  images.forEach((image, k) => {
    const tile = context.createImageData(size, size);
    image.forEach((pixel, d) => (tile.data[4 * d + 3] = Math.round((255 * (pixel + 1)) / 2)));
    context.putImageData(tile, (k % columns) * size, Math.floor(k / columns) * size);
  });
  const url = `url(${canvas.toDataURL()})`;
  const node = html("div", { class: `live-gan-ink ${className}`, role: "img", "aria-label": label });
  node.style.maskImage = url;
  node.style.webkitMaskImage = url;
  return node;
}

/** The cross at the amounts (right, up) of a plane of the given size. */
export function drawCross(amounts, size) {
  const [x, y] = scaleOf(size).toPixel(amounts);
  const half = size / (2 * REACH) / 4;
  return [svg("rect", { x: x - half, y: y - half, width: 2 * half, height: 2 * half, class: "live-gan-cross" })];
}
