"""The functions that the page "Wasserstein" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook import gan
from genbook.nn import power_step
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "wasserstein.ipynb")


def problem() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    with seeded(0):
        p, q = torch.rand(2, 6, dtype=torch.float64)
        x = torch.randn(6, 2, dtype=torch.float64)
    return p / p.sum(), q / q.sum(), torch.cdist(x, x)


def test_transport_plan() -> None:
    p, q, distance = problem()
    plan, value = PAGE.transport_plan(p, q, distance)
    theirs, least = gan.transport_plan(p, q, distance)
    assert abs(value - least) < 1e-9
    torch.testing.assert_close(plan, theirs, atol=1e-8, rtol=0)


def test_lipschitz_prices() -> None:
    p, q, distance = problem()
    f, value = PAGE.lipschitz_prices(p, q, distance)
    theirs, most = gan.lipschitz_prices(p, q, distance)
    assert abs(value - most) < 1e-9 and abs(((p - q) @ (f - theirs)).item()) < 1e-9
    assert ((f[:, None] - f) <= distance + 1e-9).all()


def test_slopes_and_gradient_penalty() -> None:
    with seeded(1):
        critic, x, y, u = gan.MLPCritic(3, (8,)), torch.randn(5, 3), torch.randn(5, 3), torch.rand(5)
    torch.testing.assert_close(PAGE.slopes(critic, x), gan.euclidean(gan.input_gradients(critic, x)))
    ours = PAGE.gradient_penalty(critic, x, y, u, 10.0)
    theirs = gan.GradientPenalty(10.0).at(critic, gan.interpolates(x, y, u))
    torch.testing.assert_close(ours, theirs)
    (ours - theirs).backward()
    assert all(p.grad is None or p.grad.abs().max() < 1e-5 for p in critic.parameters())


def test_power_step() -> None:
    with seeded(2):
        matrix, v = torch.randn(4, 6), torch.randn(6)
    for ours, theirs in zip(PAGE.power_step(matrix, v), power_step(matrix, v), strict=True):
        torch.testing.assert_close(ours, theirs)
