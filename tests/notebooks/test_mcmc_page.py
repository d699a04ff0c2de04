"""The functions that the page on Markov chains defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.numerics import mcmc, seeded

PAGE = ROOT / "chapters" / "ebm" / "mcmc.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


def noise(*shape, seed=0):
    with seeded(seed):
        return torch.randn(*shape, dtype=torch.float64)


def energy(x):
    return (x.square() - 1).square().sum(1) + 0.3 * x.prod(1)


def grad(x):
    return mcmc.at(energy, x).grad


def test_metropolis_matrix(page):
    p, q = noise(7).exp(), noise(7, 7).softmax(1)
    torch.testing.assert_close(page.metropolis_matrix(p, q), mcmc.metropolis_matrix(p, q))


def test_langevin_step(page):
    x, eps = noise(5, 3), noise(5, 3, seed=1)
    for step_size in (0.01, 0.7):
        ours = page.langevin_step(x, grad(x), eps, step_size)
        torch.testing.assert_close(ours, mcmc.langevin_step(x, grad(x), eps, step_size))


@pytest.mark.parametrize("steps", [1, 2, 9])
def test_leapfrog(page, steps):
    x, v = noise(5, 3), noise(5, 3, seed=1)
    ours = page.leapfrog(grad, x, v, 0.07, steps)
    there, speed = mcmc.leapfrog(energy, mcmc.at(energy, x), v, 0.07, steps)
    torch.testing.assert_close(ours, (there.x, speed))


@pytest.mark.parametrize("steps", [40, 41])
def test_split_r_hat(page, steps):
    draws = noise(steps, 3) + torch.tensor([0.0, 0.5, 2.0])
    torch.testing.assert_close(page.split_r_hat(draws), mcmc.split_r_hat(draws))
