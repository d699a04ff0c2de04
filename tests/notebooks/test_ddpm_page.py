"""The functions that "Denoising diffusion" and "Improving the bound" define agree with the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.diffusion import (
    DDPM,
    ContinuousDiffusion,
    Discrete,
    Epsilon,
    LearnedVariance,
    LinearLogSNR,
    LossAwareTimes,
    cosine_betas,
    denoising_loss,
    levels,
    linear_betas,
    q_xs_xt_x0,
)
from genbook.numerics import seeded

FOLDER = ROOT / "chapters" / "diffusion"
PAGE = load_page_functions(FOLDER / "ddpm.ipynb")
IMPROVED = load_page_functions(FOLDER / "improved.ipynb")
SCHEDULE = Discrete(linear_betas(20))


def network(x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
    return torch.tanh(x + t.view(-1, *[1] * (x.dim() - 1)))


class Module(torch.nn.Module):
    """`network`, and a second channel of output for a variance."""

    def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        return torch.cat([network(x, t), torch.sin(x)], 1)


@pytest.fixture
def drawn() -> tuple[torch.Tensor, torch.Tensor]:
    with seeded(0):
        return torch.randint(17, (6, 1)).double(), torch.randn(6, 1).double()


@pytest.mark.parametrize("t", [2, 7, 20])
def test_posterior(drawn, t: int) -> None:
    x_0, x_t = drawn
    kernel = q_xs_xt_x0(*levels(SCHEDULE, torch.tensor([t - 1, t])))
    mean, variance = PAGE.posterior(x_t, x_0, t, SCHEDULE)
    torch.testing.assert_close(mean, kernel.gain * x_t + kernel.shift * x_0)
    assert variance.item() == pytest.approx(kernel.variance)


@pytest.mark.parametrize("t", [2, 7, 20])
def test_bound_term(drawn, t: int) -> None:
    x, eps = drawn
    model = DDPM(Module(), SCHEDULE, (1,), 17, LearnedVariance(Epsilon())).double()
    every = torch.full((6,), t)
    found = model.predict(x, every, eps)._replace(blend=torch.zeros_like(x))
    ours = PAGE.bound_term(x / 8 - 1, found.x_0, t, SCHEDULE)
    torch.testing.assert_close(ours, model.terms_of(found, x, every))


def test_simple_loss(drawn) -> None:
    x, eps = drawn
    t = torch.tensor([1, 2, 5, 9, 15, 20])
    theirs = denoising_loss(network, SCHEDULE, x / 8 - 1, t, eps)
    torch.testing.assert_close(PAGE.simple_loss(network, SCHEDULE, x / 8 - 1, t, eps), theirs)


@pytest.mark.parametrize("t", [2, 7, 20])
def test_variance_of_a_step_back(drawn, t: int) -> None:
    """A wrong denoised image costs what a Gaussian of the page's variance says."""
    x, eps = drawn
    schedule = Discrete(cosine_betas(20))
    model = DDPM(Module(), schedule, (1,), 17, LearnedVariance(Epsilon())).double()
    every = torch.full((6,), t)
    found = model.predict(x, every, eps)
    log_variance = IMPROVED.step_back_log_variance(2 * found.blend - 1, t, schedule)
    kernel = q_xs_xt_x0(*levels(schedule, torch.tensor([t - 1, t])))
    q = torch.distributions.Normal(kernel.shift * (x / 8 - 1), kernel.variance**0.5)
    p = torch.distributions.Normal(kernel.shift * found.x_0, (0.5 * log_variance).exp())
    torch.testing.assert_close(model.terms_of(found, x, every), torch.distributions.kl_divergence(q, p)[:, 0])


def test_importance_probabilities() -> None:
    with seeded(1):
        losses = torch.rand(5, 3)
    times = LossAwareTimes(5, memory=3, floor=0.0)
    for column in losses.T:
        times.update(torch.arange(1, 6), column)
    torch.testing.assert_close(IMPROVED.importance_probabilities(losses), times.probabilities())


def test_bound_rate() -> None:
    ends = LinearLogSNR(-3.0, 4.0)
    model = ContinuousDiffusion(network, ends, (1,), 17).double()
    with seeded(2):
        x, t = torch.randint(17, (6, 1)).double(), torch.rand(6).double()
        eps, eps_0 = torch.randn(2, 6, 1).double()
    gamma = ends.gamma(t)[:, None]
    x_t = torch.sigmoid(-gamma).sqrt() * (x / 8 - 1) + torch.sigmoid(gamma).sqrt() * eps
    ours = IMPROVED.bound_rate(eps, network(x_t, t), 7.0)
    torch.testing.assert_close(ours, model.terms(x, t, eps, eps_0).diffusion)
