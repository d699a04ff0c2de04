"""Images and measures of the figure `gan-plane`, as genbook computes them."""

import base64
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor, nn

from genbook.gan import DCGANGenerator
from genbook.interactive import gan_bytes, gan_generator
from genbook.numerics import seeded

SHIPPED = Path(__file__).parents[2] / "book" / "live" / "models" / "gan-plane.safetensors"


def small() -> tuple[DCGANGenerator, Tensor, Tensor]:
    """Return a generator of 8x8 images from 3 numbers with lively running statistics, codes, and directions."""
    with seeded(0):
        generator = DCGANGenerator(3, 2, size=8)
        for part in generator.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_()
                part.running_var.uniform_(0.5, 2)
                part.bias.data.normal_()
            elif isinstance(part, nn.Linear | nn.ConvTranspose2d):
                part.weight.data *= 30
        return generator.eval(), torch.randn(20, 3), torch.randn(3, 3)


def _lean(image: Tensor) -> float:
    """Return the slope of columns against rows by second moments of the ink of an image (size, size)."""
    ink = (image + 1) / 2
    ink = ink / ink.sum()
    up, right = torch.meshgrid(-torch.arange(len(ink)).double(), torch.arange(len(ink)).double(), indexing="ij")
    up, right = up - (ink * up).sum(), right - (ink * right).sum()
    return float((ink * up * right).sum() / (ink * up**2).sum())


def _case(content: bytes) -> dict[str, Any]:
    generator, tensors = gan_generator(content), load(content)
    terms, directions = tensors["terms"].double(), tensors["directions"].double()
    amounts = torch.tensor([[0.0, 0.0, 0.0], [1.0, -0.5, 0.25], [-1.25, 1.25, 1.0]], dtype=torch.float64)
    codes = terms[[0, 7, 19]] + amounts @ directions
    totals = terms[6] + 0.75 * (terms[3] - terms[2])  # thin 3, plus three quarters of bold 1 minus thin 1
    images = generator(torch.cat([codes, totals[None]]))[:, 0]  # (4, size, size)
    distance = (generator(terms)[:, 0] - images[1]).square().sum((1, 2))
    return {
        "amounts": amounts.tolist(),
        "codes": codes.tolist(),
        "total": totals.tolist(),
        "images": images.flatten(1).tolist(),
        "ink": ((images + 1) / 2).mean((1, 2)).tolist(),
        "lean": [_lean(image) for image in images],
        "nearest": int(distance.argmin()),
    }


def gan_plane() -> dict[str, Any]:
    """Return the shipped generator, and a small one with its file."""
    content = gan_bytes(*small(), torch.float64)
    return {
        "shipped": _case(SHIPPED.read_bytes()),
        "small": {"file": base64.b64encode(content).decode(), **_case(content)},
    }
