"""The functions that the page on all noise levels defines are those of the package."""

from functools import partial

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook import diffusion
from genbook.data.toys import GaussianMixture
from genbook.numerics import rk4, seeded

PAGE = load_page_functions(ROOT / "chapters" / "diffusion" / "sde.ipynb")
SCHEDULES = [
    diffusion.VariancePreserving(),
    diffusion.SubVariancePreserving(),
    diffusion.VarianceExploding(0.01, 20.0),
]
MIXTURE = GaussianMixture([0.3, 0.7], [[-1.3, -0.6], [1.1, 0.7]], [[[0.5, 0.2], [0.2, 0.4]], [[0.3, 0.0], [0.0, 0.6]]])


def test_the_loss() -> None:
    with seeded(0):
        x, eps = torch.randn(2, 6, 3).double()
    sigma = diffusion.geometric_sigmas(9.0, 0.2, 6)
    score = lambda x, s: torch.sin(x) / s[:, None]  # noqa: E731
    ours = PAGE.noise_conditional_loss(score, x, sigma, eps)
    torch.testing.assert_close(ours, diffusion.noise_conditional_loss(score, x, sigma, eps))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_coefficients(schedule: diffusion.Schedule) -> None:
    for t in (0.05, 0.4, 1.0):
        time = torch.tensor(t)
        assert PAGE.coefficients(schedule, time) == pytest.approx(diffusion.coefficients(schedule, time), rel=1e-9)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_likelihood(schedule: diffusion.Schedule) -> None:
    with seeded(1):
        x = MIXTURE.sample(5).double()
    denoiser, solver, prior = diffusion.IdealDenoiser(MIXTURE, schedule), partial(rk4, steps=10), MIXTURE.log_prob
    ours = PAGE.log_prob_ode(denoiser, schedule, x, (0.01, 1.0), solver, prior)
    theirs = diffusion.log_prob_ode(denoiser, schedule, x, (0.01, 1.0), solver, prior=prior)
    torch.testing.assert_close(ours, theirs)
