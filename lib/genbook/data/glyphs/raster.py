"""From polygons to pixels: the exact share of every pixel that the polygons cover, for many images at once."""

import numpy as np

MOST_CELLS = 4_000_000  # numbers held at a time, about 32 MB an array


def coverage(start: np.ndarray, end: np.ndarray, image: np.ndarray, count: int, size: int) -> np.ndarray:
    """Return the covered share of each pixel, (count, size, size), in [0, 1]; row 0 is the top.

    The sides of closed polygons are given in pixel units, x to the right and y down, with the inside on the right of
    the direction of travel (as in TrueType fonts, seen on screen). The area right of a side is summed with its sign, so
    that a pixel gets its exact area, not a count of sample points. Overlapping shares are added and cut at 1.

    Args:
        start: (E, 2), where a side starts.
        end: (E, 2), where it ends.
        image: (E,), which image it belongs to, 0 to count - 1.
        count: number of images.
        size: pixels a side of an image.
    """
    cover = np.zeros((count * size, size))
    per_chunk = max(1, MOST_CELLS // size)
    for first in range(0, len(start), per_chunk):
        part = slice(first, first + per_chunk)
        rows, left, right, height = _by_rows(start[part], end[part], image[part], size)
        for a in range(0, len(rows), per_chunk):
            b = slice(a, a + per_chunk)
            area = height[b, None] * _share_right_of(left[b, None], right[b, None], np.arange(1, size + 1.0))
            index = rows[b, None] * size + np.arange(size)
            cover += np.bincount(index.ravel(), area.ravel(), count * size * size).reshape(cover.shape)
    return cover.clip(0, 1).reshape(count, size, size)


def _by_rows(start: np.ndarray, end: np.ndarray, image: np.ndarray, size: int) -> tuple[np.ndarray, ...]:
    """Cut the sides at the borders of pixel rows: per piece its row over all images, x at both ends, signed height."""
    low = np.minimum(start[:, 1], end[:, 1]).clip(0, size)
    high = np.maximum(start[:, 1], end[:, 1]).clip(0, size)
    first, last = np.floor(low).astype(int), np.ceil(high).astype(int)
    pieces = np.where(high > low, last - first, 0)
    side = np.repeat(np.arange(len(start)), pieces)
    row = np.arange(len(side)) - np.repeat(np.cumsum(pieces) - pieces, pieces) + first[side]
    (x0, y0), (x1, y1) = start[side].T, end[side].T
    top = np.maximum(low[side], row)
    bottom = np.minimum(high[side], row + 1)
    slope = (x1 - x0) / (y1 - y0)
    height = (bottom - top) * np.sign(y0 - y1)
    return image[side] * size + row, x0 + (top - y0) * slope, x0 + (bottom - y0) * slope, height


def _share_right_of(left: np.ndarray, right: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Mean over x from `left` to `right` of the share of the pixel [edge - 1, edge] that lies right of x."""
    a, b = edge - left, edge - right
    width = b - a
    steep = np.abs(width) < 1e-6
    slanted = (_integral(b) - _integral(a)) / np.where(steep, 1, width)
    return np.where(steep, ((a + b) / 2).clip(0, 1), slanted)


def _integral(t: np.ndarray) -> np.ndarray:
    """Integral of clip(s, 0, 1) over s from 0 to t."""
    inside = t.clip(0, 1)
    return inside * inside / 2 + (t - 1).clip(0, None)
