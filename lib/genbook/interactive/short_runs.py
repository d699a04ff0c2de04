"""Exploring short-run chains: how many steps, how long, how hot."""

from io import BytesIO
from math import isqrt

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch

from genbook.ebm import ShortRun
from genbook.numerics import seeded
from genbook.viz import image_grid, use_style


def explore_short_runs(short: ShortRun, n: int = 24) -> widgets.Widget:
    """Return sliders for the number of steps, their size and the noise, and the images at which n chains end.

    The sliders begin at the values of `short`. Its energy is one of square images in rows (D,), scaled to [-1, 1]; the
    mean energy stands below.

    Raises:
        TypeError, ValueError: `short` is no ShortRun, or its images are not square rows.
    """
    if not isinstance(short, ShortRun):
        raise TypeError(f"short is a {type(short).__name__}, expected a genbook.ebm.ShortRun.")
    shape = short.model.shape
    if len(shape) != 1 or isqrt(shape[0]) ** 2 != shape[0]:
        raise ValueError(f"the images have shape {shape}, expected (D,) with D a square number: square images in rows.")
    steps = widgets.IntSlider(value=short.steps, min=1, max=200, description="Steps")
    size = widgets.FloatSlider(value=short.step_size, min=0.005, max=0.2, step=0.005, description="Step size")
    noise = widgets.FloatSlider(value=short.noise, min=0.0, max=1.0, step=0.05, description="Noise")
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        chain = ShortRun(short.model, short.start, size.value, steps.value, noise.value)
        try:
            with seeded(0), torch.no_grad():
                x = chain.sample(n)
                energy = short.model.energy(x).mean()
        except ValueError as error:  # the step was too large
            words.value = str(error)
            return
        picture.value = _png(x.view(n, isqrt(shape[0]), -1))
        words.value = f"{n} chains of {steps.value} steps; mean energy {energy:.1f}"

    for control in (steps, size, noise):
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([steps, size, noise, picture, words])


def _png(images: torch.Tensor) -> bytes:
    """Return a grid of images (n, H, W) in [-1, 1], dark on light."""
    with plt.rc_context():
        use_style()
        figure, ax = plt.subplots(figsize=(7.5, 1.6), layout="constrained")
        image_grid(images.cpu(), columns=12, limits=(1, -1), ax=ax)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
