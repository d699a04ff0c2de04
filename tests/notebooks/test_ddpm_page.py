"""The functions that the page "Denoising diffusion" defines agree with the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.diffusion import (
    DDPM,
    Discrete,
    Epsilon,
    LearnedVariance,
    denoising_loss,
    levels,
    linear_betas,
    q_xs_xt_x0,
)
from genbook.numerics import seeded

FOLDER = ROOT / "chapters" / "diffusion"
PAGE = load_page_functions(FOLDER / "ddpm.ipynb")
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
