"""DDPM and NCSN as discretisations of equations: distances that fall as 1/N."""

import math

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import (
    Discrete,
    IdealDenoiser,
    VarianceExploding,
    VariancePreserving,
    ancestral,
    coefficients,
    euler_maruyama,
    even_times,
    linear_betas,
)
from genbook.numerics import seeded

MIXTURE = GaussianMixture([0.3, 0.7], [[-1.5], [1.0]], [[[0.1]], [[0.25]]])


def order(errors):
    """The order of convergence between the last two of errors at N, 2N, 4N steps."""
    return math.log2(errors[-2] / errors[-1])


def test_the_chain_of_ddpm_approaches_the_variance_preserving_equation():
    errors = []
    for n in (200, 400, 800):
        t = torch.linspace(0, 1, n + 1, dtype=torch.float64)
        chain = Discrete(linear_betas(n))
        errors.append((chain.sigmas - VariancePreserving().sigma(t)).abs().max().item())
    assert errors[-1] < 2e-3 and 0.9 < order(errors) < 1.1


def test_the_steps_of_ncsn_approach_the_variance_exploding_equation():
    schedule, errors = VarianceExploding(0.01, 20.0), []
    for n in (100, 200, 400):
        t = torch.linspace(0, 1, n + 1, dtype=torch.float64)
        euler = torch.tensor([coefficients(schedule, s)[1] for s in t[:-1]]) / n
        steps = schedule.sigma(t).square().diff()
        errors.append((euler / steps - 1).abs().max().item())
    assert errors[-1] < 0.03 and 0.9 < order(errors) < 1.1


@pytest.mark.parametrize(
    "schedule, end", [(VariancePreserving(), 1e-3), (VarianceExploding(0.01, 20.0), 0.0)], ids=["VP", "VE"]
)
def test_the_reverse_chain_and_euler_meet_as_one_over_n(schedule, end):
    one, denoiser, errors = torch.ones((), dtype=torch.float64), IdealDenoiser(MIXTURE, schedule), []
    with seeded(0):
        x = MIXTURE.noised(float(schedule.alpha(one)), float(schedule.sigma(one))).sample(1000).double()
    for n in (100, 200, 400):
        ends = []
        for sampler in (ancestral, euler_maruyama):
            with seeded(1):  # the same noise for both
                ends.append(sampler(denoiser, schedule, x, even_times(1.0, end, n)))
        errors.append((ends[0] - ends[1]).abs().mean().item())
    assert errors[-1] < 0.05 and 0.7 < order(errors) < 1.3
