"""Exploring the latent plane of a trained VAE with sliders: a point, its place among the codes, and its image."""

from io import BytesIO
from math import isqrt

import ipywidgets as widgets
import matplotlib.pyplot as plt
import torch
from torch import Tensor

from genbook.checks import check_batch
from genbook.numerics import evaluating, seeded
from genbook.vae import VAE
from genbook.viz import INK, image_grid, use_style


def explore_plane(model: VAE, x: Tensor, y: Tensor | None = None, reach: float = 3.0) -> widgets.Widget:
    """Return two sliders for the point z of a VAE with two latent variables, and what its decoder makes of it.

    The codes of the images x (N, D), coloured by their labels y (N,), show where the point lies among them. Beside the
    mean image stand four draws from p(x | z); `reach` is the range of the sliders. Values are levels, images square.

    Raises:
        TypeError, ValueError: x or y does not fit, there are not two latent variables, or the images are not square.
    """
    codes = _codes(model, x, y)
    labels = torch.zeros(len(x)) if y is None else y
    first = widgets.FloatSlider(value=0.0, min=-reach, max=reach, step=0.05, description="z_1")
    second = widgets.FloatSlider(value=0.0, min=-reach, max=reach, step=0.05, description="z_2")
    seed = widgets.IntSlider(value=0, min=0, max=99, description="Seed")
    picture, words = widgets.Image(format="png"), widgets.HTML()

    def redraw(_: object = None) -> None:
        z = codes.new_tensor([[first.value, second.value]])
        picture.value = _png(model, z, codes, labels, (reach, seed.value))
        nearest = (codes - z).norm(dim=1).min().item()
        words.value = f"z = ({first.value:g}, {second.value:g}); the nearest code is {nearest:.2f} away"

    for control in (first, second, seed):
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([first, second, seed, picture, words])


def _codes(model: VAE, x: Tensor, y: Tensor | None) -> Tensor:
    """Check the model and the images and return the codes (N, 2)."""
    if not isinstance(model, VAE):
        raise TypeError(f"model is a {type(model).__name__}, expected a genbook.vae.VAE.")
    check_batch(x, model.decoder.shape)
    if x.dim() != 2 or isqrt(x.shape[1]) ** 2 != x.shape[1]:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected (N, D) with D a square number: square images.")
    if y is not None and y.shape != x.shape[:1]:
        raise ValueError(f"y has shape {tuple(y.shape)}, expected ({len(x)},): one label an image.")
    with evaluating(model):
        codes = model.encoder(x).mean
    if codes.shape[1] != 2:
        raise ValueError(f"the model has {codes.shape[1]} latent variables, expected 2: a plane.")
    return codes.detach().cpu()


def _png(model: VAE, z: Tensor, codes: Tensor, labels: Tensor, setting: tuple[float, int]) -> bytes:
    """Return the picture of the point z (1, 2); setting is (reach, seed)."""
    reach, seed = setting
    device = next((p.device for p in model.parameters()), z.device)
    with evaluating(model), seeded(seed):
        given = model.decoder(z.to(device).expand(4, 2))
        images = torch.cat([given.mean()[:1], given.sample()]).detach().cpu()  # (5, D)
    side, top = isqrt(images.shape[1]), model.decoder.output.levels - 1
    with plt.rc_context():
        use_style()
        figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3), layout="constrained", width_ratios=(2, 3))
        left.scatter(*codes.T, c=labels, cmap="tab10", s=6, linewidths=0)
        left.plot(*z[0], marker="+", markersize=18, markeredgewidth=2.5, color=INK)
        left.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel="$z_1$", ylabel="$z_2$")
        image_grid(top - images.view(-1, side, side), columns=5, limits=(0, top), title="mean, four draws", ax=right)
        buffer = BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        plt.close(figure)
    return buffer.getvalue()
