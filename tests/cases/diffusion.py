"""Cases of the chapter `diffusion`."""

from collections.abc import Callable

import torch

from genbook.diffusion import (
    DDPM,
    ContinuousDiffusion,
    Discrete,
    Epsilon,
    LearnedVariance,
    LinearLogSNR,
    UNet,
    cosine_betas,
    linear_betas,
)
from genbook.numerics import seeded
from tests.cases import Case, lively


def _network(outputs: int) -> UNet:
    network = UNet(1, outputs, widths=(8,), attention=(), blocks=1)
    with torch.no_grad():
        for p in network.parameters():  # the last layer of a block starts at zero
            p.add_(0.05 * torch.randn_like(p))
    return network


def _batch() -> torch.Tensor:
    return torch.randint(5, (5, 1, 4, 4)).float()


def ddpm() -> Case:
    """A chain of six steps over 4x4 pixels with five levels."""
    with seeded(0):
        model = DDPM(_network(1), Discrete(linear_betas(6) / 30), (1, 4, 4), levels=5)
        return Case(lively(model, 1.0), _batch())


def improved() -> Case:
    """The same with a learned variance and the cosine schedule."""
    with seeded(0):
        reader = LearnedVariance(Epsilon())
        model = DDPM(_network(2), Discrete(cosine_betas(6)), (1, 4, 4), levels=5, parametrisation=reader)
        return Case(lively(model, 1.0), _batch())


def continuous() -> Case:
    """A model in continuous time."""
    with seeded(0):
        model = ContinuousDiffusion(_network(1), LinearLogSNR(), (1, 4, 4), levels=5)
        return Case(lively(model, 1.0), _batch())


CASES: dict[str, Callable[[], Case]] = {
    "ddpm": ddpm,
    "improved-ddpm": improved,
    "improved-ddpm/continuous time": continuous,
}
