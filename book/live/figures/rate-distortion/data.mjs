/** The file behind the figure: for every beta a rate, a distortion, and rows of images. */

const SIDE = 8;

function isImage(image) {
  return Array.isArray(image) && image.length === SIDE * SIDE && image.every((level) => Number.isFinite(level));
}

/** The curve in a text, its points from the smallest to the largest beta. */
export function readCurve(text) {
  const { points, originals, card } = JSON.parse(text);
  const rows = [originals, ...points.flatMap((point) => [point.reconstructions, point.samples])];
  if (points.length < 2 || !rows.every((row) => row.length > 0 && row.every(isImage))) {
    throw new Error("the curve file is incomplete: every point needs reconstructions and samples of 64 levels");
  }
  return { card, originals, points: [...points].sort((a, b) => a.beta - b.beta) };
}
