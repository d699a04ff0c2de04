"""Jumps anywhere: the independence sampler."""

import math

import pytest
import torch
from torch import Tensor

from genbook.numerics import seeded
from genbook.numerics.mcmc import independent, metropolis_hastings


class Normal:
    """N(0, scale^2) on the line."""

    measure = "lebesgue"

    def __init__(self, scale: float) -> None:
        self.scale = scale

    def log_prob(self, x: Tensor) -> Tensor:
        return -x[:, 0].square() / (2 * self.scale**2) - math.log(self.scale)

    def sample(self, n: int) -> Tensor:
        return self.scale * torch.randn(n, 1)


def two_modes(x: Tensor) -> Tensor:
    """Energy of a mixture of N(-4, 0.25) with weight 0.2 and N(4, 0.25) with weight 0.8."""
    parts = torch.stack([math.log(0.2) - 2 * (x[:, 0] + 4) ** 2, math.log(0.8) - 2 * (x[:, 0] - 4) ** 2])
    return -parts.logsumexp(0)


def test_jumps_find_the_weights_of_modes_that_no_walk_connects() -> None:
    with seeded(0):
        x, rate = metropolis_hastings(two_modes, torch.full((8000, 1), -4.0), independent(Normal(4.0)), 60)
    assert (x > 0).double().mean().item() == pytest.approx(0.8, abs=0.02)
    assert x[x > 0].std().item() == pytest.approx(0.5, abs=0.03)
    assert 0.05 < rate.mean() < 0.6


def test_without_the_ratio_of_proposals_the_weights_are_wrong() -> None:
    """A proposal that claims to be symmetric: the chain then prefers what the proposal likes."""

    class Claims(Normal):
        def log_prob(self, x: Tensor) -> Tensor:
            return x.new_zeros(len(x))

    def gaussian(x: Tensor) -> Tensor:
        return x[:, 0].square() / 2

    with seeded(0):
        right, _ = metropolis_hastings(gaussian, torch.zeros(8000, 1), independent(Normal(0.7)), 60)
        wrong, _ = metropolis_hastings(gaussian, torch.zeros(8000, 1), independent(Claims(0.7)), 60)
    assert abs(right.var().item() - 1) < 0.08 and wrong.var().item() < 0.6
