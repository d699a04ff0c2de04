"""Exploring a trained model with sliders: every change draws anew and replaces the figure."""

from collections.abc import Mapping
from io import BytesIO
from math import isqrt

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.evaluation import nats
from genbook.numerics import seeded
from genbook.protocols import Autoregressive
from genbook.viz import image_grid, use_style


def explore_sampler(
    models: Autoregressive | Mapping[str, Autoregressive],
    x: Tensor | None = None,
    shape: tuple[int, int] | None = None,
    n: int = 12,
) -> widgets.Widget:
    """Return sliders for temperature, given pixels and seed, and the images that the model draws with them.

    `models` is an autoregressive model over levels, or several by name (for instance one an ordering). The first
    pixels, in the order of the model, are taken from the image `x` (D,), blank where it is None. `shape` is (height,
    width), square by default; `n` images are drawn. Below stands their mean negative log-likelihood, exact.

    Raises:
        TypeError, ValueError: something is no autoregressive model over levels, or x, shape or n do not fit.
    """
    named = dict(models) if isinstance(models, Mapping) else {"model": models}
    size = _check(named, shape, n)
    image = torch.zeros(size[0] * size[1]) if x is None else x
    check_batch(image.unsqueeze(0), (size[0] * size[1],), "x")
    model = widgets.Dropdown(options=list(named), description="Model")
    temperature = widgets.FloatSlider(value=1.0, min=0.1, max=2.0, step=0.05, description="Temperature")
    given = widgets.IntSlider(value=0, min=0, max=len(image) - 1, description="Given pixels")
    seed = widgets.IntSlider(value=0, min=0, max=99, description="Seed")
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        drawn = _draw(named[model.value], image, (given.value, temperature.value, seed.value), n)
        what = f"{n} images at temperature {temperature.value:g}, the first {given.value} pixels given"
        picture.value = _png(drawn, size, named[model.value].output.levels)
        words.value = f"{what}: mean cost {nats(named[model.value], drawn)} an image (at temperature 1)"

    controls = [temperature, given, seed] if len(named) == 1 else [model, temperature, given, seed]
    for control in controls:
        control.style.description_width = "7em"
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*controls, picture, words])


def _draw(model: Autoregressive, image: Tensor, setting: tuple[int, float, int], n: int) -> Tensor:
    """Return n completions (n, D) of the first pixels of `image`; setting is (given pixels, temperature, seed)."""
    given, temperature, seed = setting
    order = model.order.cpu()
    with seeded(seed):
        u = torch.rand(n, len(order))
    kind = next((p for p in model.parameters()), u) if isinstance(model, torch.nn.Module) else u
    prefix = image[order[:given]].expand(n, -1)
    return ancestral(model, u.to(kind), prefix=prefix.to(kind), temperature=temperature)


def _png(x: Tensor, size: tuple[int, int], levels: int) -> bytes:
    """Return a picture of images (N, D) with ink dark on white."""
    with plt.rc_context():
        use_style()
        figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
        columns = max(1, min(len(x), 6))
        image_grid((levels - 1) - x.detach().cpu().reshape(-1, *size), columns=columns, limits=(0, levels - 1), ax=ax)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()


def _check(models: Mapping[str, Autoregressive], shape: tuple[int, int] | None, n: int) -> tuple[int, int]:
    """Check the models and return (height, width)."""
    check_count(n, "n", most=1000)
    if not models:
        raise ValueError("models is empty, expected at least one autoregressive model.")
    for name, model in models.items():
        if not isinstance(model, Autoregressive) or not hasattr(model.output, "levels"):
            raise TypeError(f"{name} is a {type(model).__name__}, expected an autoregressive model over levels.")
    dims = {len(model.order) for model in models.values()}
    dim = dims.pop()
    size = (isqrt(dim), isqrt(dim)) if shape is None else shape
    if dims or len(size) != 2 or size[0] * size[1] != dim:
        raise ValueError(f"shape is {tuple(size)}, expected height * width = {dim} for every model.")
    return size
