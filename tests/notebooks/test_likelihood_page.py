"""The functions that the page on likelihood defines are those of the library."""

import math

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from torch.distributions import Normal

from genbook import foundations, numerics
from genbook.data.toys import GaussianMixture

PAGE = ROOT / "chapters" / "foundations" / "likelihood.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


def logit_normal(v):
    return (Normal(0.2, 1.3).log_prob(torch.logit(v)) - (v * (1 - v)).log()).sum(1)


def test_dequantised_log_prob(page):
    with numerics.seeded(0):
        x, u = torch.randint(17, (40, 6)).double(), torch.rand(40, 6, dtype=torch.float64)
    ours = page.dequantised_log_prob(logit_normal, x, u, 17)
    torch.testing.assert_close(ours, numerics.dequantised_log_prob(logit_normal, x, u, 17), rtol=0, atol=1e-12)
    assert not torch.allclose(ours, logit_normal((x + u) / 17)), "the volume of a cell must count"


@pytest.mark.parametrize("components", [1, 3])
def test_em_step(page, components):
    with numerics.seeded(1):
        x = torch.randn(80, 2, dtype=torch.float64) + 3 * torch.randint(3, (80, 1))
        means = 3 * torch.randn(components, 2, dtype=torch.float64)
    start = GaussianMixture([1 / components] * components, means, 4 * torch.eye(2).expand(components, 2, 2))
    theta = (start.weights, start.means, start.covariances)
    for rounds in (1, 2, 5):
        expected, _ = foundations.expectation_maximisation(x, start, rounds)
        theta = (start.weights, start.means, start.covariances)
        for _ in range(rounds):
            theta = page.em_step(x, *theta)
        for ours, library in zip(theta, (expected.weights, expected.means, expected.covariances), strict=True):
            torch.testing.assert_close(ours, library, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("scale", [0.3, 1.0, 2.5])
def test_kl_by_quadrature(page, scale):
    points, cell = numerics.grid([-40.0], [40.0], 4000)
    log_p, log_q = (Normal(*torch.tensor(p).double()).log_prob(points[:, 0]) for p in ((0.0, 1.0), (0.5, scale)))
    ours = page.kl_by_quadrature(log_p, log_q, cell)
    torch.testing.assert_close(ours, foundations.kl_on_grid(log_p, log_q, cell), rtol=0, atol=1e-12)
    assert ours.item() == pytest.approx(math.log(scale) + (1 + 0.25) / (2 * scale**2) - 0.5, abs=1e-6)


def test_kl_by_quadrature_where_p_vanishes(page):
    log_p = torch.tensor([0.0, -math.inf])
    assert page.kl_by_quadrature(log_p, torch.log(torch.tensor([0.5, 0.5])), 1.0) == pytest.approx(math.log(2))
