"""Three exact ways to the same distance, and what the dual programme says about prices."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from genbook.gan import (
    assignment_w1,
    c_transform,
    lagrangian,
    lipschitz_prices,
    quantile_w1,
    transport_plan,
    transport_prices,
)
from genbook.numerics import seeded


def on_a_line(seed, n=12):
    with seeded(seed):
        x = 3 * torch.randn(n, dtype=torch.float64)
        p, q = torch.rand(n, dtype=torch.float64), torch.rand(n, dtype=torch.float64)
    p[:2] = 0  # the two need not have the same support
    return x, p / p.sum(), q / q.sum(), (x[:, None] - x).abs()


def in_the_plane(seed, n=7, m=5):
    with seeded(seed):
        x, y = torch.randn(n, 2, dtype=torch.float64), torch.randn(m, 2, dtype=torch.float64)
        p, q = torch.rand(n, dtype=torch.float64), torch.rand(m, dtype=torch.float64)
    return p / p.sum(), q / q.sum(), torch.cdist(x, y)


@pytest.mark.parametrize("seed", range(5))
def test_primal_dual_and_quantiles_agree(seed):
    x, p, q, distance = on_a_line(seed)
    plan, primal = transport_plan(p, q, distance)
    _, dual = lipschitz_prices(p, q, distance)
    assert (plan >= -1e-12).all()
    torch.testing.assert_close(plan.sum(1), p, atol=1e-9, rtol=0)
    torch.testing.assert_close(plan.sum(0), q, atol=1e-9, rtol=0)
    assert abs((plan * distance).sum().item() - primal) < 1e-9
    assert abs(primal - dual) < 1e-6 and abs(primal - quantile_w1(x, p, q)) < 1e-6
    assert abs(primal - wasserstein_distance(x, x, p, q)) < 1e-6


def test_the_dual_function_is_lipschitz():
    _, p, q, distance = on_a_line(0)
    f, value = lipschitz_prices(p, q, distance)
    assert ((f[:, None] - f) <= distance + 1e-9).all() and f[0] == 0
    assert abs(((p - q) @ f).item() - value) < 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_prices_of_unlike_clouds_are_feasible_and_close_the_gap(seed):
    p, q, cost = in_the_plane(seed)
    plan, primal = transport_plan(p, q, cost)
    f, g, dual = transport_prices(p, q, cost)
    assert (f[:, None] + g <= cost + 1e-9).all()
    assert abs(primal - dual) < 1e-6 and abs((p @ f + q @ g).item() - dual) < 1e-9
    used = plan > 1e-9  # where mass moves, its price is the cost: complementary slackness
    assert ((f[:, None] + g - cost)[used].abs() < 1e-7).all()


def test_lagrangian_lies_between_prices_and_plan():
    p, q, cost = in_the_plane(3)
    f, g, dual = transport_prices(p, q, cost)
    with seeded(0):
        anything = torch.rand_like(cost)
        other_f, other_g = torch.randn_like(f), torch.randn_like(g)
    assert lagrangian(anything, f, g, (p, q, cost)) >= dual - 1e-9
    plan, primal = transport_plan(p, q, cost)
    assert abs(lagrangian(plan, other_f, other_g, (p, q, cost)).item() - primal) < 1e-7


def test_c_transform_of_feasible_prices_is_lipschitz_and_no_worse():
    _, p, q, distance = on_a_line(1)
    with seeded(1):
        g = torch.randn(len(q), dtype=torch.float64)
        f = c_transform(g, distance) - torch.rand(len(p), dtype=torch.float64)  # feasible, with room left
    best = c_transform(g, distance)
    assert ((best[:, None] - best) <= distance + 1e-12).all()
    assert (best >= f).all() and (-best >= g - 1e-12).all()
    assert p @ best - q @ best >= p @ f + q @ g


def test_a_price_says_what_moving_mass_costs():
    _, p, q, distance = on_a_line(2)
    f, value = lipschitz_prices(p, q, distance)
    step = 1e-5
    for i, j in [(4, 7), (9, 3)]:
        moved = p.clone()
        moved[i] -= step
        moved[j] += step
        change = (lipschitz_prices(moved, q, distance)[1] - value) / step
        assert abs(change - (f[j] - f[i]).item()) < 1e-4


def test_assignment_is_the_programme_with_equal_masses():
    with seeded(4):
        x, y = torch.randn(9, 3), torch.randn(9, 3) + 1
    equal = torch.full((9,), 1 / 9)
    assert abs(assignment_w1(x, y) - transport_plan(equal, equal, torch.cdist(x, y))[1]) < 1e-5
    line = torch.randn(50, 1), torch.randn(50, 1)
    by_order = (line[0].sort(0).values - line[1].sort(0).values).abs().mean().item()
    assert abs(assignment_w1(*line) - by_order) < 1e-6


def test_parallel_lines_are_theta_apart():
    height = torch.rand(100, 1, generator=torch.Generator().manual_seed(0))
    for theta in (-0.7, 0.0, 1.5):
        x, y = torch.cat([0 * height, height], 1), torch.cat([0 * height + theta, height], 1)
        assert abs(assignment_w1(x, y) - abs(theta)) < 1e-6


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_what_is_no_distribution_is_refused(values):
    p = torch.tensor(values, dtype=torch.float64)
    if (p < 0).any() or abs(p.sum().item() - 1) > 1e-5:
        with pytest.raises(ValueError, match="expected masses"):
            transport_plan(p, torch.full((3,), 1 / 3), torch.zeros(3, 3))


def test_bad_input_is_refused():
    p = torch.tensor([0.5, 0.5])
    with pytest.raises(ValueError, match="cost has 3 rows, expected 2"):
        transport_plan(p, p, torch.zeros(3, 2))
    with pytest.raises(ValueError, match="expected the same points"):
        lipschitz_prices(p, torch.tensor([1.0]), torch.zeros(2, 1))
    with pytest.raises(ValueError, match="q holds 1 NaN"):
        transport_plan(p, torch.tensor([0.5, float("nan")]), torch.zeros(2, 2))
    with pytest.raises(ValueError, match="expected equally many"):
        assignment_w1(torch.zeros(3, 2), torch.zeros(4, 2))
