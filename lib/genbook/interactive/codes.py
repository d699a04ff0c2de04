"""Exploring what a decoder makes of a code: one slider a number, and the image redrawn at every move."""

from collections.abc import Callable
from io import BytesIO
from math import isqrt

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite
from genbook.viz import image_grid, use_style

MOST = 16  # sliders


def explore_codes(decode: Callable[[Tensor], Tensor], codes: Tensor, levels: int) -> widgets.Widget:
    """Return sliders for the numbers of a code, each over the range that real codes have, and the decoded image.

    `decode` maps codes (N, K) to square images (N, D) with values from 0 to levels - 1, ink dark; `codes` (N, K) are
    those of real images. The list above the sliders sets them to a real code; the words below say how far the chosen
    code is from the nearest real one, in units of the typical distance between neighbours.

    Raises:
        TypeError, ValueError: there are fewer than two codes or more than 16 numbers, or the images are not square.
    """
    check_batch(codes, codes.shape[1:] if isinstance(codes, Tensor) and codes.dim() == 2 else (1,), "codes")
    check_finite(codes, "codes")
    check_count(levels, "levels")
    if len(codes) < 2 or codes.shape[1] > MOST:
        raise ValueError(f"codes has shape {tuple(codes.shape)}, expected at least 2 codes of at most {MOST} numbers.")
    codes = codes.detach().cpu()
    typical = _nearest(codes, codes, own=True).median().item()
    start = widgets.Dropdown(options=[("code of image " + str(i), i) for i in range(min(20, len(codes)))])
    sliders = [_slider(k, column) for k, column in enumerate(codes.T)]
    picture, words = widgets.Image(format="png", width=220), widgets.HTML()

    def redraw(_: object = None) -> None:
        z = torch.tensor([[slider.value for slider in sliders]], dtype=codes.dtype)
        picture.value = _png(decode(z), levels)
        away = _nearest(z, codes).item() / typical if typical > 0 else float("inf")
        words.value = f"The nearest real code is {away:.1f} times as far as real neighbours usually are."

    def jump(_: object = None) -> None:
        for slider, value in zip(sliders, codes[start.value].tolist(), strict=True):
            slider.value = value

    jump()
    start.observe(jump, names="value")
    for slider in sliders:
        slider.observe(redraw, names="value")
    redraw()
    return widgets.HBox([widgets.VBox([start, *sliders]), widgets.VBox([picture, words])])


def _slider(k: int, column: Tensor) -> widgets.FloatSlider:
    low, high = column.min().item(), column.max().item()
    step = max(high - low, 1e-6) / 200
    return widgets.FloatSlider(min=low - 10 * step, max=high + 10 * step, step=step, description=f"Number {k + 1}")


def _nearest(z: Tensor, codes: Tensor, own: bool = False) -> Tensor:
    """Return the distance to the nearest of the codes, leaving out the code itself where `own`."""
    return torch.cdist(z.double(), codes.double()).kthvalue(2 if own else 1, dim=1).values


def _png(x: Tensor, levels: int) -> bytes:
    """Return a picture of one image (1, D) with ink dark on white."""
    side = isqrt(x.shape[1])
    if side**2 != x.shape[1]:
        raise ValueError(f"the decoder gives {x.shape[1]} values an image, expected a square number.")
    with plt.rc_context(), torch.no_grad():
        use_style()
        figure, ax = plt.subplots(figsize=(2.2, 2.2), layout="constrained")
        paper = (levels - 1) - x.detach().cpu().clamp(0, levels - 1)
        image_grid(paper.view(1, side, side), columns=1, limits=(0, levels - 1), ax=ax)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=100)
        plt.close(figure)
    return buffer.getvalue()
