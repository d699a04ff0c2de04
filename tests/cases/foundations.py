"""Cases of the chapter `foundations`."""

from collections.abc import Callable

import torch

from genbook.foundations import LearnedMixture
from genbook.numerics import seeded
from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}


def learned_mixture() -> Case:
    """Three correlated Gaussians of different weight in the plane."""
    with seeded(0):
        model = LearnedMixture(3, 2)
        with torch.no_grad():
            for p in model.parameters():
                p.add_(0.4 * torch.randn_like(p))
        batch = 2 * torch.randn(7, 2)
    return Case(model.eval(), batch, box=([-12.0, -12.0], [12.0, 12.0]))


CASES["max-likelihood"] = learned_mixture
