"""Grids of images and maps of matrices."""

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from genbook.viz.style import BLUE, INK, axes_or_new, to_numpy

TINT = LinearSegmentedColormap.from_list("tint", [to_rgba(INK, 0.12), to_rgba(BLUE, 1.0)])  # reads on both pages


def image_grid(
    x: Tensor | ArrayLike,
    *,
    columns: int | None = None,
    limits: tuple[float, float] | None = None,
    labels: Sequence[str] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw images of shape (N, H, W), (N, 1, H, W) or (N, 3, H, W) in rows of `columns`, and return the axes.

    `limits` are the values of black and white (default: smallest and largest value), in either order; values outside
    are clipped.
    `labels` are the names of the rows, written at their left: with them the grid reads as a table.

    Raises:
        ValueError: the shape fits none of these, NaN, no images, or not one label a row.
    """
    images = _as_channels_last(to_numpy(x))  # (N, H, W, C)
    n, height, width, _ = images.shape
    columns = columns or min(n, max(8, math.ceil(math.sqrt(n))))
    rows = math.ceil(n / columns)
    low, high = limits if limits is not None else (images.min(), images.max())
    scaled = ((images - low) / ((high - low) or 1.0)).clip(0, 1)
    gap = max(1, height // 14)
    canvas = _tile(scaled, rows, columns, gap)  # (H', W', 4)
    ax = axes_or_new(ax, (min(9.0, 0.75 * columns + 0.4), min(9.0, 0.75 * rows * height / width + 0.4)))
    ax.imshow(canvas, interpolation="nearest")
    ax.grid(False)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines[:].set_visible(False)
    if labels is not None:
        if len(labels) != rows:
            raise ValueError(f"there are {len(labels)} labels, expected {rows}: one for each row of the grid.")
        ax.set_yticks([gap + r * (height + gap) + height / 2 - 0.5 for r in range(rows)], labels)
        ax.tick_params(axis="y", length=0)
    ax.set_title(title)
    return ax


def _as_channels_last(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return images as (N, H, W, C) with C = 1 or 3."""
    if x.ndim == 3:
        return x[..., None]
    if x.ndim == 4 and x.shape[1] in (1, 3):
        return x.transpose(0, 2, 3, 1)
    raise ValueError(
        f"x has shape {x.shape}, expected (N, H, W), (N, 1, H, W) or (N, 3, H, W): reshape flat rows to images first."
    )


def _tile(images: NDArray[np.float64], rows: int, columns: int, gap: int) -> NDArray[np.float64]:
    """Lay images (N, H, W, C) out as one RGBA picture, framed by lines that show on black and on white."""
    n, height, width, _ = images.shape
    canvas = np.zeros((rows * (height + gap) + gap, columns * (width + gap) + gap, 4))
    for i in range(n):
        top, left = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        canvas[top - gap : top + height + gap, left - gap : left + width + gap] = to_rgba(INK, alpha=0.45)
    for i in range(n):
        top, left = gap + (i // columns) * (height + gap), gap + (i % columns) * (width + gap)
        canvas[top : top + height, left : left + width, :3] = images[i]
        canvas[top : top + height, left : left + width, 3] = 1.0
    return canvas


def matrix(
    values: Tensor | ArrayLike,
    *,
    xlabel: str,
    ylabel: str,
    bar: str = "",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw a matrix (rows, columns), such as a mask or a Jacobian, with row 0 at the top, and return the axes.

    A matrix with entries of both signs gets a diverging map that is centred at zero. `bar` labels the colour bar;
    without it there is none.

    Raises:
        ValueError: `values` is not a matrix, is empty, or holds NaN.
    """
    table = to_numpy(values, "values")
    if table.ndim != 2:
        raise ValueError(f"values has shape {table.shape}, expected (rows, columns).")
    peak = np.abs(table).max() or 1.0
    signed = table.min() < 0 < table.max()
    height = min(7.0, max(1.5, 4.2 * table.shape[0] / table.shape[1]))
    ax = axes_or_new(ax, (4.8, height + 0.6))
    shades = {"cmap": "PuOr", "vmin": -peak, "vmax": peak} if signed else {"cmap": TINT}
    picture = ax.imshow(table, interpolation="nearest", **shades)
    ax.grid(False)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    for axis, size in ((ax.xaxis, table.shape[1]), (ax.yaxis, table.shape[0])):
        axis.get_major_locator().set_params(integer=True)
        axis.set_view_interval(-0.5, size - 0.5, ignore=False)
    ax.spines[:].set_visible(True)
    if bar:
        ax.figure.colorbar(picture, ax=ax, label=bar, shrink=0.85).outline.set_edgecolor(INK)
    return ax
