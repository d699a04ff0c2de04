"""The functions that the page on residual flows defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import LipschitzMLP, Roulette
from genbook.flows.log_det_series import neumann_log_det, series_log_det
from genbook.flows.residual_flow import fixed_point
from genbook.nn import power_step
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "flows" / "residual.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.fixture
def network():
    with seeded(0):
        g = LipschitzMLP(3, (16,), 0.9).double()
        for p in g.parameters():
            p.data.mul_(5.0)
        return g.train().eval(), torch.randn(6, 3).double(), torch.randn(6, 3).double().sign()


def gradient(value, g):
    grads = torch.autograd.grad(value, list(g.parameters()), allow_unused=True)
    return torch.cat([grad.flatten() for grad in grads if grad is not None])


def test_fixed_point(page, network):
    g, z, _ = network
    with torch.no_grad():
        torch.testing.assert_close(page.fixed_point(g, z, tolerance=1e-6), fixed_point(g, z, tolerance=1e-6))
    with pytest.raises(RuntimeError, match="still moving"):
        page.fixed_point(g, z, steps=2, tolerance=1e-9)


def test_power_iteration(page, network):
    W = network[0][0].weight.detach()
    v = torch.nn.functional.normalize(torch.ones(3).double(), dim=0)
    u, after = power_step(W, v)
    torch.testing.assert_close(page.power_iteration(W, v, 1), u @ W @ after)


def test_roulette_is_the_librarys_series(page, network):
    g, x, v = network
    for n in (1, 2, 7):
        ours = page.roulette_log_det(g, x, v, n, always=2, go=0.6)
        torch.testing.assert_close(ours, series_log_det(g, x, v, Roulette(2, 0.6).weights(n)))


def test_the_surrogate_has_the_librarys_gradient(page, network):
    g, x, v = network
    weights = Roulette(1, 0.7).weights(5)
    ours = gradient(page.neumann_surrogate(g, x, v, weights).sum(), g)
    torch.testing.assert_close(ours, gradient(neumann_log_det(g, x, v, weights).sum(), g))
    assert ours.abs().max() > 1e-4


def test_trace_terms_are_those_of_the_jacobian(page, network):
    g, x, v = network
    J = torch.func.jacrev(lambda row: g(row[None])[0])(x[0]).detach()
    powers = torch.stack([v[0] @ torch.linalg.matrix_power(J, k) @ v[0] for k in (1, 2, 3)])
    torch.testing.assert_close(page.trace_terms(g, x, v, 3)[:, 0], powers)
