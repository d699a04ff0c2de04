"""Exploring f-divergences: one normal against two bumps, and the function T that the best critic would be."""

import math
from collections.abc import Mapping
from io import BytesIO

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.gan import (
    JENSEN_SHANNON,
    KULLBACK_LEIBLER,
    PEARSON,
    REVERSE_KULLBACK_LEIBLER,
    SQUARED_HELLINGER,
    FDivergence,
    f_divergence,
)
from genbook.numerics import grid
from genbook.viz import COLORS, INK, use_style

DIVERGENCES: Mapping[str, FDivergence] = {
    "KL": KULLBACK_LEIBLER,
    "reverse KL": REVERSE_KULLBACK_LEIBLER,
    "Jensen-Shannon": JENSEN_SHANNON,
    "Pearson": PEARSON,
    "squared Hellinger": SQUARED_HELLINGER,
}
HALF = 12.0


def explore_divergences() -> widgets.Widget:
    """Return a menu of divergences and sliders for mean and width of the model, and what they make of each other.

    The data are 0.3 N(-2, 0.4^2) + 0.7 N(1.5, 0.6^2), the model is one normal. The picture has both densities and
    the best T = f'(p / q); below stand the divergence in nats and its derivative in the mean, both by quadrature.
    """
    divergence = widgets.Dropdown(options=list(DIVERGENCES), description="Divergence")
    mean = widgets.FloatSlider(value=0.3, min=-4.0, max=4.0, step=0.1, description="Mean")
    scale = widgets.FloatSlider(value=1.6, min=0.4, max=3.0, step=0.1, description="Width")
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        value, slope, curves = _measure(DIVERGENCES[divergence.value], mean.value, scale.value)
        picture.value = _png(*curves)
        way = "stay" if abs(slope) < 5e-3 else "go left" if slope > 0 else "go right"
        words.value = f"{divergence.value}: = {value:.4g} nats; its derivative in the mean, {slope:+.3g}, says: {way}"

    for control in (divergence, mean, scale):
        control.style.description_width = "6em"
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([divergence, mean, scale, picture, words])


def _normal(x: Tensor, mean: Tensor | float, scale: float) -> Tensor:
    return torch.exp(-0.5 * ((x - mean) / scale) ** 2) / (scale * math.sqrt(2 * math.pi))


def _measure(divergence: FDivergence, mean: float, scale: float) -> tuple[float, float, tuple[Tensor, ...]]:
    """Return the divergence, its derivative in the mean, and the curves x, p, q, T on the visible part of the line."""
    points, cell = grid([-HALF], [HALF], 4000)
    x = points[:, 0]
    p = 0.3 * _normal(x, -2.0, 0.4) + 0.7 * _normal(x, 1.5, 0.6) + 1e-30  # no ratio without a number
    middle = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
    q = _normal(x, middle, scale) + 1e-30
    value = f_divergence(divergence, p, q, cell)
    (slope,) = torch.autograd.grad(value, middle)
    q = q.detach()
    return value.item(), slope.item(), (x, p, q, divergence.slope(p / q))


def _png(x: Tensor, p: Tensor, q: Tensor, t: Tensor) -> bytes:
    """Return densities at the left and T at the right."""
    with plt.rc_context():
        use_style()
        figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
        left.fill_between(x, p, color=INK, alpha=0.2, label="data $p$")
        left.plot(x, q, color=COLORS[1], label="model $q$")
        left.set(xlabel="$x$", ylabel="density", xlim=(-5, 5))
        left.legend()
        right.plot(x, t.clamp(-50, 50), color=COLORS[0])
        right.axhline(0, color=INK, linewidth=0.7)
        right.set(xlabel="$x$", ylabel="best $T(x)$", xlim=(-5, 5), ylim=(-6, 6))
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
