"""Draw one picture for each chapter, book/static/chapters/*.png: its family at work, from the models of the book.

Usage: python book/tools/chapter_pictures.py      (about half a minute on one core)
"""

import io
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from PIL import Image

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from genbook.autoregressive import MADE
from genbook.data import digits
from genbook.data.toys import eight_gaussians, two_moons
from genbook.flows import ActNorm, realnvp, start_from_data
from genbook.gan import DCGANGenerator
from genbook.nn import MaskedMLP, outputs
from genbook.numerics import seeded
from genbook.training import fit, load_weights

TARGET = Path(__file__).parents[1] / "static" / "chapters"
WIDTH, HEIGHT, PIXELS = 6.4, 3.2, 100
NIGHT, DATA, NOISE, PALE = "#0f1b27", "#6db4f0", "#f2a35e", "#c9d6e2"
INK = LinearSegmentedColormap.from_list("ink", [NIGHT, "#2f6ea3", DATA, "#f3f8fc"])


def tiles(axes: Axes, images: np.ndarray, columns: int) -> None:
    """Show images of shape (N, H, W) in rows with a gap between them, low values dark."""
    n, height, width = images.shape
    rows = n // columns
    sheet = np.zeros((rows * (height + 1) - 1, columns * (width + 1) - 1))
    for i, image in enumerate(images):
        r, c = divmod(i, columns)
        sheet[r * (height + 1) :, c * (width + 1) :][:height, :width] = image
    axes.imshow(sheet, cmap=INK, interpolation="nearest", aspect="equal")


def plane(axes: Axes, reach: float) -> None:
    """Give the axes the proportions of the picture, from -reach to reach upwards."""
    axes.set(xlim=(-reach * WIDTH / HEIGHT, reach * WIDTH / HEIGHT), ylim=(-reach, reach))


def heights(axes: Axes, value: Callable[[torch.Tensor], torch.Tensor], reach: float) -> tuple[np.ndarray, ...]:
    """Return a mesh over the picture and the function on it."""
    plane(axes, reach)
    x, y = np.meshgrid(np.linspace(*axes.get_xlim(), 300), np.linspace(*axes.get_ylim(), 150))
    points = torch.tensor(np.stack([x.ravel(), y.ravel()], 1))
    return x, y, value(points).detach().numpy().reshape(x.shape)


def foundations(axes: Axes) -> None:
    """A density by its contours and draws from it."""
    moons = two_moons(0.22)
    x, y, value = heights(axes, lambda p: moons.log_prob(p.to(moons.means.dtype)), 1.9)
    axes.contourf(x, y, np.exp(value), levels=12, cmap=INK)
    draws = moons.sample(160)
    axes.scatter(*draws.T, s=7, color=NOISE, linewidths=0)


def autoregressive(axes: Axes) -> None:
    """Digits of the MADE of the chapter, known up to one row after another."""
    mixture = outputs.DiscretizedLogisticMixture(levels=17, components=5)
    model = MADE(MaskedMLP(64, hidden=(512, 512), params=mixture.size, direct=True), mixture, input_dropout=0.1)
    load_weights(model, "made-digits")
    drawn = model.eval().sample(3).view(3, 8, 8).float().numpy()
    stages = np.repeat(drawn, 4, 0)
    for i, rows in enumerate([2, 4, 6, 8] * 3):
        stages[i, rows:] = 4.0 + 2.0 * (np.indices((8 - rows, 8)).sum(0) % 2)
    tiles(axes, stages[[0, 1, 2, 3, 4, 5, 6, 7]], 4)


def vae(axes: Axes) -> None:
    """The plane of two latent variables, decoded."""
    from vae_priors import standard, two_latents  # noqa: PLC0415  (a folder that is on the path from here on)

    model = two_latents(standard)
    load_weights(model, "vae-plane")
    spots = torch.distributions.Normal(0.0, 1.0).icdf(torch.linspace(0.06, 0.94, 16))
    z = torch.cartesian_prod(spots[4:12].flip(0), spots).flip(1)
    images = model.eval().decoder(z).mean().detach().numpy().reshape(-1, 8, 8)
    tiles(axes, images, 16)


def flows(axes: Axes) -> None:
    """A straight grid of noise and Gaussian draws, carried to two moons by a coupling flow."""
    moons = two_moons()
    flow = realnvp(2, 8, (24, 24), normalisation=ActNorm)
    start_from_data(flow, moons.sample(512).float())
    batches = moons.sample(20 * 256).float().view(20, 256, 2)
    fit(flow.loss, flow, lambda step: batches[step % 20], 700, torch.optim.Adam(flow.parameters(), lr=3e-3))
    plane(axes, 1.75)
    line = torch.linspace(-2.6, 2.6, 200)
    for level in torch.linspace(-2.6, 2.6, 17):
        for points in ((line, level.expand(200)), (level.expand(200), line)):
            curve = flow.inverse(torch.stack(points, 1))
            curve = (curve[0] if isinstance(curve, tuple) else curve).detach().numpy()
            axes.plot(*curve.T, color=PALE, linewidth=0.5, alpha=0.55)
    axes.scatter(*flow.sample(350).detach().numpy().T, s=8, color=DATA, linewidths=0)


def diffusion(axes: Axes) -> None:
    """Noise flows to eight modes along the exact scores of the noised densities."""
    ring = eight_gaussians(4.0, 0.25)
    x = torch.randn(170, 2, dtype=ring.means.dtype) * 3.4
    path, levels = [x], torch.logspace(np.log10(3.4), -1.2, 120)
    for high, low in pairwise(levels):
        x = x + (high - low) * high * ring.noised(1.0, float(high)).score(x)
        path.append(x)
    line = torch.stack(path).detach().numpy()
    plane(axes, 5.6)
    axes.plot(line[:, :, 0], line[:, :, 1], color=PALE, linewidth=0.4, alpha=0.4)
    axes.scatter(*line[0].T, s=6, color=NOISE, linewidths=0)
    axes.scatter(*line[-1].T, s=12, color=DATA, linewidths=0)


def gan(axes: Axes) -> None:
    """Digits of the DCGAN of the chapter; each row is a walk between two codes."""
    generator = DCGANGenerator(latents=32, width=32)
    load_weights(generator, "dcgan-glyphs")
    ends = torch.randn(3, 2, 32)
    share = torch.linspace(0, 1, 6)[:, None]
    codes = torch.cat([a * (1 - share) + b * share for a, b in ends])
    tiles(axes, generator.eval()(codes).detach().numpy().reshape(-1, 28, 28).clip(0, None), 6)


def ebm(axes: Axes) -> None:
    """The contours of an energy and a Langevin chain that wanders over it."""
    mixture = eight_gaussians(2.6, 0.65, 5)
    x, y, value = heights(axes, lambda p: -mixture.log_prob(p.to(mixture.means.dtype)), 4.2)
    axes.contourf(x, y, np.minimum(value, 12), levels=24, cmap=INK.reversed())
    state, chain = torch.zeros(1, 2, dtype=mixture.means.dtype), []
    for _ in range(700):
        state = state + 0.02 * mixture.score(state) + 0.2 * torch.randn_like(state)
        chain.append(state[0])
    steps = torch.stack(chain).detach().numpy()
    axes.plot(*steps.T, color=NOISE, linewidth=0.7)


def comparison(axes: Axes) -> None:
    """The same task for everybody: held-out digits."""
    images = digits().test.x[:128].view(-1, 8, 8).float().numpy()
    tiles(axes, images, 16)


PICTURES = (foundations, autoregressive, vae, flows, diffusion, gan, ebm, comparison)


def main() -> None:
    """Draw and store every picture with a palette, on a dark ground that suits both modes of the site."""
    torch.set_num_threads(1)
    TARGET.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or [draw.__name__ for draw in PICTURES]
    for draw in PICTURES:
        if draw.__name__ not in wanted:
            continue
        figure = plt.figure(figsize=(WIDTH, HEIGHT), facecolor=NIGHT)
        axes = figure.add_axes((0.02, 0.03, 0.96, 0.94))
        with seeded(1):
            draw(axes)
        axes.axis("off")
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=PIXELS)
        plt.close(figure)
        Image.open(buffer).convert("RGB").quantize(64).save(TARGET / f"{draw.__name__}.png", optimize=True)


if __name__ == "__main__":
    main()
