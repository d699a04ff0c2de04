"""The functions that the page "Continuous flows" defines are those of the package."""

from functools import partial

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import ContinuousFlow, Velocity, basis, trace_estimate
from genbook.nn import StandardNormal
from genbook.numerics import rk4, seeded

PAGE = load_page_functions(ROOT / "chapters" / "flows" / "continuous.ipynb")


def field(dim: int = 3) -> Velocity:
    with seeded(0):
        return Velocity(dim, (16,)).double()


def draw() -> torch.Tensor:
    with seeded(1):
        return torch.randn(6, 3).double()


def test_rk4_step() -> None:
    v, x = field(), draw()
    torch.testing.assert_close(PAGE.rk4_step(v, 0.2, x, 0.3), rk4(v, x, 0.2, 0.5, steps=1))


def test_trace() -> None:
    v, x = field(), draw()
    velocity, trace = PAGE.trace(v, 0.4, x)
    expected, exact, _ = trace_estimate(v, 0.4, x, basis(x))
    torch.testing.assert_close(velocity, expected)
    torch.testing.assert_close(trace, exact)


def test_cnf_log_prob() -> None:
    v, x = field(), draw()
    flow = ContinuousFlow(StandardNormal(3).double(), v, partial(rk4, steps=5))
    torch.testing.assert_close(PAGE.cnf_log_prob(v, x, 5), flow.log_prob_ode(x).detach(), rtol=1e-6, atol=1e-6)
