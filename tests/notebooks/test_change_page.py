"""The functions that the page on changes of variables defines are those of the library."""

import math

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import Flow, Householder, LogisticMixtureCDF, spline_coupling
from genbook.nn import StandardNormal
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "flows" / "change.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


def noise(*shape, seed=0):
    with seeded(seed):
        return torch.randn(*shape, dtype=torch.float64)


def mixture(seed=0):
    log_w, means, raw = noise(3, 4, seed=seed)
    params = torch.cat([log_w, means, raw])
    return (log_w.log_softmax(0), means, 5 * torch.tanh(raw / 5)), params


@pytest.mark.parametrize("seed", range(3))
def test_logistic_mixture(page, seed):
    parts, params = mixture(seed)
    x = 10 * noise(50, seed=seed + 9)
    ours = page.logistic_mixture(x, *parts)
    torch.testing.assert_close(ours, LogisticMixtureCDF(4).forward(x, params.expand(50, -1)))


def test_bisect_finds_what_newton_finds_and_says_when_it_stops_early(page):
    parts, params = mixture()
    z = 5 * noise(40)
    quantiles = parts[1] + parts[2].exp() * z[:, None]
    low, high = quantiles.amin(1) - 1e-3, quantiles.amax(1) + 1e-3
    x = page.bisect(lambda v: page.logistic_mixture(v, *parts)[0], z, low, high)
    torch.testing.assert_close(x, LogisticMixtureCDF(4).inverse(z, params.expand(40, -1))[0], rtol=0, atol=1e-8)
    with pytest.raises(RuntimeError, match="expected"):
        page.bisect(torch.exp, z.exp(), z - 1, z + 1, steps=3)


def test_log_prob_by_jacobian(page):
    with seeded(0):
        flow = spline_coupling(3, layers=2, hidden=(8,)).double()
        for p in flow.parameters():
            p.data.normal_()
    x = noise(5, 3)
    torch.testing.assert_close(page.log_prob_by_jacobian(lambda v: flow(v)[0], x), flow.log_prob(x))


def test_reflect(page):
    mirror = Householder(5, 3).double()
    x = noise(6, 5)
    torch.testing.assert_close(page.reflect(x, mirror.v), mirror(x)[0])
    flow = Flow(StandardNormal(5), [mirror])
    torch.testing.assert_close(flow.log_prob(x), -0.5 * (x.square().sum(1) + 5 * math.log(2 * math.pi)))
