"""Exploring the codes of a VQ-VAE: change one of them and see what the decoder makes of it."""

from io import BytesIO

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.vae import VQVAE
from genbook.viz import use_style


def explore_code_grid(model: VQVAE, x: Tensor, top: float) -> widgets.Widget:
    """Return sliders for image, row, column and code, and the image before and after the code there is replaced.

    `x` (N, 1, H, W) are images with levels from 0 to `top`; `model` writes them as a grid of two dimensions. Below
    stands what the change costs: the bound on -log p(x) of the image with its own codes and with the changed ones.

    Raises:
        TypeError, ValueError: the model is no VQ-VAE over a grid of two dimensions, or x does not fit it.
    """
    if not isinstance(model, VQVAE) or len(model.grid) != 2:
        raise TypeError(f"model is a {type(model).__name__}, expected a VQVAE whose grid has two dimensions.")
    codes = model.codes(x)  # (N, H', W')
    image = _slider("Image", len(x))
    row, column = _slider("Row", model.grid[0]), _slider("Column", model.grid[1])
    code = _slider("Code", model.quantiser.size)
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        own = codes[image.value : image.value + 1]
        changed = own.clone()
        changed[0, row.value, column.value] = code.value
        with torch.no_grad():
            likelihood = model.decode(torch.cat([own, changed]))
            target = x[image.value].expand(2, *x.shape[1:])
            prior = model.prior.log_prob(torch.cat([own, changed]).flatten(1).to(x.dtype))
            before, after = (-likelihood.log_prob(target) - prior).tolist()
            picture.value = _png([x[image.value], *likelihood.mean()], changed[0], (row.value, column.value), top)
        place = f"row {row.value}, column {column.value}: code {int(own[0, row.value, column.value])} -> {code.value}"
        words.value = f"{place}; the image costs <= {before:.1f} nats with its own codes, <= {after:.1f} with these"

    controls = [image, row, column, code]
    for control in controls:
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([*controls, picture, words])


def _slider(name: str, values: int) -> widgets.IntSlider:
    slider = widgets.IntSlider(value=0, min=0, max=values - 1, description=name)
    slider.style.description_width = "7em"
    return slider


def _png(images: list[Tensor], codes: Tensor, place: tuple[int, int], top: float) -> bytes:
    """Return a picture: the image, decoded again, the codes with the changed one framed, and what they decode to."""
    with plt.rc_context():
        use_style()
        figure, axes = plt.subplots(1, 4, figsize=(7, 2), layout="constrained")
        titles = ("image", "its codes", "these codes", "decoded")
        shown = [images[0][0], images[1][0], None, images[2][0]]
        for ax, title, picture in zip(axes, titles, shown, strict=True):
            if picture is None:
                ax.imshow(codes, cmap="twilight", interpolation="nearest")
                frame = plt.Rectangle((place[1] - 0.5, place[0] - 0.5), 1, 1, fill=False, edgecolor="red", linewidth=2)
                ax.add_patch(frame)
            else:
                ax.imshow(top - picture, cmap="gray", vmin=0, vmax=top, interpolation="nearest")
            ax.set(xticks=[], yticks=[], title=title)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
