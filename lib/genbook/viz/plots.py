"""Densities with samples, curves over training, and bars of probabilities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
import torch
from matplotlib.axes import Axes
from numpy.typing import ArrayLike
from torch import Tensor

from genbook.viz.style import COLORS, INK, VERMILION, axes_or_new, to_numpy


def density(
    log_prob: Callable[[Tensor], Tensor],
    extent: tuple[float, float, float, float],
    *,
    samples: Tensor | ArrayLike | None = None,
    cells: int = 150,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw exp(log_prob) of a density in the plane on a grid, with samples (N, 2) on top, and return the axes.

    `log_prob` maps (B, 2) to (B,) in nats; `extent` is (x_low, x_high, y_low, y_high); the grid has `cells` squared
    midpoints. NaN in the density is an error, never a hole in the picture.

    Raises:
        ValueError: the extent is empty, or samples are not (N, 2), or the density is NaN somewhere.
    """
    low_x, high_x, low_y, high_y = extent
    if not (low_x < high_x and low_y < high_y):
        raise ValueError(f"extent is {extent}, expected (x_low, x_high, y_low, y_high) with low < high.")
    x = low_x + (high_x - low_x) * (torch.arange(cells) + 0.5) / cells
    y = low_y + (high_y - low_y) * (torch.arange(cells) + 0.5) / cells
    points = torch.cartesian_prod(y, x).flip(-1)  # (cells**2, 2), y slowest
    with torch.no_grad():
        values = torch.cat([log_prob(p) for p in points.split(10_000)]).exp()
    picture = to_numpy(values.reshape(cells, cells), "the density")
    ax = axes_or_new(ax, (4.6, 3.9))
    image = ax.imshow(picture, extent=extent, origin="lower", cmap="cividis", aspect="equal")
    ax.figure.colorbar(image, ax=ax, label="density", shrink=0.85).outline.set_edgecolor(INK)
    if samples is not None:
        z = to_numpy(samples, "samples")
        if z.ndim != 2 or z.shape[1] != 2:
            raise ValueError(f"samples has shape {z.shape}, expected (N, 2).")
        ax.scatter(z[:, 0], z[:, 1], s=3, color=VERMILION, linewidths=0, rasterized=True, label=f"{len(z)} samples")
        ax.set(xlim=(low_x, high_x), ylim=(low_y, high_y))
        ax.legend(loc="upper left", bbox_to_anchor=(0, -0.12), borderaxespad=0, markerscale=3)
    ax.grid(False)
    ax.set(xlabel="$x_1$", ylabel="$x_2$", title=title)
    return ax


class Recorded(Protocol):
    """What a training run leaves behind: losses by step, and measurements as lists of (step, value)."""

    steps: list[int]
    losses: list[float]
    metrics: dict[str, list[tuple[int, float]]]


Series = Sequence[float] | Tensor | Sequence[tuple[float, float]] | tuple[Sequence[float], Sequence[float]]


def curves(
    series: Mapping[str, Series] | Recorded,
    *,
    xlabel: str = "step",
    ylabel: str = "loss (nats)",
    levels: Mapping[str, float] | None = None,
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw named curves over training, or the history of a run, and return the axes.

    A series is its values (drawn over 0, 1, 2, ...), a list of pairs (position, value) such as
    `history.metrics["valid"]`, or a tuple (positions, values). Of a history the loss is drawn as its running mean over
    1/50 of the run, beside all its metrics. `levels` are horizontal lines with names, such as baselines. The labels of
    the axes carry the units.

    Raises:
        ValueError: there is no series, one is empty or holds NaN, or positions and values differ in length.
    """
    named = series if isinstance(series, Mapping) else _of_history(series)
    if not named:
        raise ValueError("series is empty, expected at least one named curve.")
    ax = axes_or_new(ax, (6.4, 3.4))
    for name, points in named.items():
        ax.plot(*_positions(points, name), label=name)
    for name, level in (levels or {}).items():
        ax.axhline(level, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        ax.annotate(name, (1, level), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9)
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if len(named) > 1 or next(iter(named)):
        ax.legend()
    return ax


def _of_history(history: Recorded) -> dict[str, Series]:
    """Return the running mean of the loss, and the metrics, as named curves."""
    window = max(1, len(history.losses) // 50)
    mean = np.convolve(to_numpy(history.losses, "loss"), np.full(window, 1 / window), mode="valid")
    return {"loss": (history.steps[window - 1 :], mean.tolist()), **history.metrics}


def _positions(points: Series, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return positions and values of one curve as arrays (N,)."""
    if isinstance(points, tuple) and len(points) == 2 and all(np.ndim(p) == 1 for p in points):
        x, y = to_numpy(points[0], name), to_numpy(points[1], name)
    else:
        y = to_numpy(points, name)
        x, y = (y[:, 0], y[:, 1]) if y.shape[1:] == (2,) else (np.arange(len(y), dtype=np.float64), y)
    if y.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"{name} has positions {x.shape} and values {y.shape}, expected two sequences of one length.")
    return x, y


def bars(
    probabilities: Mapping[str, Tensor | ArrayLike],
    *,
    names: Sequence[str] | None = None,
    xlabel: str = "value",
    ylabel: str = "probability",
    title: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw one or several discrete distributions (K,) side by side, such as a conditional p(x_i | x_<i).

    `names` label the K outcomes (default 0, ..., K - 1).

    Raises:
        ValueError: there is none, lengths differ, or a probability is negative or NaN.
    """
    tables = {name: to_numpy(p, name or "probabilities") for name, p in probabilities.items()}
    shapes = {t.shape for t in tables.values()}
    if len(shapes) != 1 or len(next(iter(shapes))) != 1:
        raise ValueError(f"the distributions have shapes {sorted(shapes)}, expected one shape (K,) for all.")
    if any((t < 0).any() for t in tables.values()):
        raise ValueError("a probability is negative, expected values of at least 0: pass probabilities, not logits.")
    (count,) = shapes.pop()
    ax = axes_or_new(ax, (6.4, 2.8))
    width = 0.85 / len(tables)
    hatches = (None, "//", "..", "xx", "\\\\", "++")
    for j, (name, table) in enumerate(tables.items()):
        left = np.arange(count) + (j - (len(tables) - 1) / 2) * width
        ax.bar(left, table, width, label=name, color=COLORS[j % 6], hatch=hatches[j % 6], edgecolor=INK, linewidth=0.3)
    if names is not None or count <= 24:
        ax.set_xticks(range(count), names if names is not None else [str(k) for k in range(count)])
    ax.grid(False, axis="x")
    ax.set(xlabel=xlabel, ylabel=ylabel, title=title)
    if len(tables) > 1 or next(iter(tables)):
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(tables), borderaxespad=0.2)
        ax.set_title(title, pad=24)
    return ax
