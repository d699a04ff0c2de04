"""The functions that the page on the game and its optimum defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from torch.distributions import Normal

from genbook.gan import optimum
from genbook.numerics import grid

X, CELL = grid([-10.0], [10.0], 1000)
PAIRS = [(0.0, 1.0), (1.5, 0.7), (-4.0, 2.0)]


@pytest.fixture(scope="module")
def page():
    return load_page_functions(ROOT / "chapters" / "gan" / "game.ipynb")


def densities(mean: float, scale: float) -> tuple[torch.Tensor, torch.Tensor]:
    return Normal(0.0, 1.0).log_prob(X[:, 0]), Normal(mean, scale).log_prob(X[:, 0])


@pytest.mark.parametrize("pair", PAIRS)
def test_optimal_discriminator(page, pair) -> None:
    both = densities(*pair)
    torch.testing.assert_close(page.optimal_discriminator(*both), optimum.optimal_discriminator(*both))


@pytest.mark.parametrize("pair", PAIRS)
def test_game_value(page, pair) -> None:
    log_p, log_q = densities(*pair)
    score = X[:, 0].sin() + log_p - log_q
    torch.testing.assert_close(
        page.game_value(score, log_p, log_q, CELL), optimum.game_value(score, log_p, log_q, CELL)
    )


@pytest.mark.parametrize("pair", PAIRS)
def test_jensen_shannon(page, pair) -> None:
    both = densities(*pair)
    torch.testing.assert_close(page.jensen_shannon(*both, CELL), optimum.jensen_shannon(*both, CELL))
