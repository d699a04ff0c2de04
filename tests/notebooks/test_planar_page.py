"""The functions that the page on planar flows defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import Flow, FlowPosterior, Inverse, Planar
from genbook.flows.planar import above_minus_one, feasible, planar
from genbook.flows.sylvester import orthonormal
from genbook.nn import StandardNormal
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "flows" / "planar.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


def noise(*shape, seed=0):
    with seeded(seed):
        return torch.randn(*shape, dtype=torch.float64)


def test_push_with_the_constraint_is_the_planar_layer(page):
    for seed in range(5):
        x, b = noise(7, 3, seed=seed), noise(1, seed=seed)[0]
        w, u = noise(3, seed=seed + 10), 3 * noise(3, seed=seed + 20)
        u_hat, m = feasible(u, w)
        torch.testing.assert_close(page.constrained(u, w), u_hat)
        torch.testing.assert_close(page.m_of(w @ u), above_minus_one(w @ u))
        torch.testing.assert_close(w @ page.constrained(u, w), m)
        torch.testing.assert_close(page.push(x, w, page.constrained(u, w), b), planar(x, w, u, b))


def test_reverse_kl_is_that_of_the_posteriors_draws(page):
    with seeded(0):
        flow = Flow(StandardNormal(2), [Inverse(Planar(2)) for _ in range(3)])
    z0 = torch.randn(6, 2)

    class Given:
        def draw(self, n):
            return z0[None], StandardNormal(2).log_prob(z0)[None]

    z, log_q = FlowPosterior(Given(), flow.transform).draw(1)
    torch.testing.assert_close(page.reverse_kl(flow, z0, lambda z: z.square().sum(1)), log_q[0] + z[0].square().sum(1))


def test_reflections(page):
    v = noise(3, 5)
    torch.testing.assert_close(page.reflections(v), orthonormal(v))
