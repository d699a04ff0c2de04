"""Exploring a flow of images with sliders: every attribute is a direction in the noise."""

from collections.abc import Mapping
from io import BytesIO

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.checks import check_batch
from genbook.flows import Dequantised
from genbook.numerics import dequantise, evaluating
from genbook.viz import image_grid, use_style


def explore_attributes(
    model: Dequantised, x: Tensor, directions: Mapping[str, Tensor], reach: float = 2.0
) -> widgets.Widget:
    """Return a slider for an image of x (N, C, H, W) and one for each direction in the noise, and what comes out.

    The noise of the chosen image is moved by the sum of the directions, each times its slider from -reach to reach, and
    mapped back to levels. Beside it stands the image as it was.

    Raises:
        TypeError, ValueError: the model is no dequantised flow, x are no images of it, or a direction does not fit.
    """
    if not isinstance(model, Dequantised):
        raise TypeError(f"model is a {type(model).__name__}, expected a genbook.flows.Dequantised.")
    check_batch(x, model.event)
    for name, direction in directions.items():
        if direction.shape != torch.Size(model.event):
            raise ValueError(f"direction {name} has shape {tuple(direction.shape)}, expected {model.event}.")
    with evaluating(model):
        z, _ = model.flow(dequantise(x, torch.full_like(x, 0.5), model.levels))
    image = widgets.IntSlider(value=0, min=0, max=len(x) - 1, description="Image")
    bounds = {"value": 0.0, "min": -reach, "max": reach, "step": 0.1}
    sliders = {name: widgets.FloatSlider(description=name, **bounds) for name in directions}
    picture = widgets.Image(format="png")

    def redraw(_: object = None) -> None:
        moved = z[image.value] + sum(sliders[name].value * directions[name] for name in directions)
        with evaluating(model):
            drawn = (model.flow.inverse(moved[None])[0] * model.levels).floor().clamp(0, model.levels - 1)
        picture.value = _png(torch.cat([x[image.value][None], drawn]), model.levels)

    for control in (image, *sliders.values()):
        control.style.description_width = "7em"
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([image, *sliders.values(), picture])


def _png(x: Tensor, levels: int) -> bytes:
    """Return a picture of two images side by side, ink dark on white."""
    with plt.rc_context():
        use_style()
        figure, ax = plt.subplots(figsize=(4, 2), layout="constrained")
        image_grid((levels - 1) - x.detach().cpu(), columns=2, limits=(0, levels - 1), ax=ax)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
