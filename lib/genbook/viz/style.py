"""The style of every figure, and the few helpers that all plotting functions share."""

from importlib.resources import as_file, files
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

INK = "#767676"  # text and axes: at least 4.5:1 on white and on black
BLUE, VERMILION, GREEN, PURPLE, OCHRE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#B57F00", "#3B9BD1"
COLORS = (BLUE, VERMILION, GREEN, PURPLE, OCHRE, SKY)  # at least 3:1 on both, told apart by colour-blind readers


def use_style() -> None:
    """Set matplotlib's defaults to the style of the book, for every figure made afterwards."""
    with as_file(files("genbook.viz") / "genbook.mplstyle") as path:
        plt.style.use(str(path))


def to_numpy(x: Tensor | ArrayLike, name: str = "x") -> NDArray[Any]:
    """Return a tensor from any device, or anything that numpy understands, as a non-empty numeric array.

    Raises:
        TypeError: `x` does not hold numbers.
        ValueError: `x` is empty or holds NaN or infinite values.
    """
    array = x.detach().cpu().numpy() if isinstance(x, Tensor) else np.asarray(x)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {array.dtype}, expected numbers: pass a tensor or an array.")
    if array.size == 0:
        raise ValueError(f"{name} has shape {array.shape}, expected at least one entry.")
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} holds {int((~np.isfinite(array)).sum())} NaN or infinite values, expected finite ones."
        )
    return array.astype(np.float64)


def axes_or_new(ax: Axes | None, figsize: tuple[float, float]) -> Axes:
    """Return `ax`, or the axes of a new figure of the given size in inches."""
    return ax if ax is not None else plt.subplots(figsize=figsize)[1]
