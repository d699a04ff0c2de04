"""Divergences against closed forms and quadrature, conjugates against their definition, bounds against both."""

import math

import pytest
import torch

from genbook.gan import (
    FGAN,
    JENSEN_SHANNON,
    KULLBACK_LEIBLER,
    PEARSON,
    REVERSE_KULLBACK_LEIBLER,
    SQUARED_HELLINGER,
    Minimax,
    f_divergence,
    variational_bound,
)
from genbook.numerics import grid, seeded

ALL = {
    "KL": KULLBACK_LEIBLER,
    "reverse KL": REVERSE_KULLBACK_LEIBLER,
    "JS": JENSEN_SHANNON,
    "Pearson": PEARSON,
    "Hellinger": SQUARED_HELLINGER,
}
each = pytest.mark.parametrize("divergence", ALL.values(), ids=ALL)


def normal(x, mean, scale):
    return (-0.5 * ((x - mean) / scale) ** 2).exp() / (scale * math.sqrt(2 * math.pi))


def two_normals():
    """Densities on a grid: N(0, 1) and N(1, 1.5^2)."""
    points, cell = grid([-14.0], [14.0], 20_000)
    return normal(points[:, 0], 0.0, 1.0), normal(points[:, 0], 1.0, 1.5), cell


def test_values_against_closed_forms_of_two_normals():
    p, q, cell = two_normals()
    kl = math.log(1.5) + (1 + 1) / (2 * 1.5**2) - 0.5
    reverse = -math.log(1.5) + (1.5**2 + 1) / 2 - 0.5
    affinity = math.sqrt(2 * 1.5 / (1 + 1.5**2)) * math.exp(-1 / (4 * (1 + 1.5**2)))
    for divergence, truth in {KULLBACK_LEIBLER: kl, REVERSE_KULLBACK_LEIBLER: reverse}.items():
        assert abs(f_divergence(divergence, p, q, cell).item() - truth) < 1e-6
    assert abs(f_divergence(SQUARED_HELLINGER, p, q, cell).item() - (2 - 2 * affinity)) < 1e-6
    chi2 = (((p - q) ** 2 / q).sum() * cell).item()
    assert abs(f_divergence(PEARSON, p, q, cell).item() - chi2) < 1e-6
    middle = (p + q) / 2
    jsd = 0.5 * sum(f_divergence(KULLBACK_LEIBLER, d, middle, cell).item() for d in (p, q))
    assert abs(f_divergence(JENSEN_SHANNON, p, q, cell).item() - jsd) < 1e-9


@each
def test_a_divergence_is_zero_for_equals_and_positive_else(divergence):
    p, q, cell = two_normals()
    assert abs(f_divergence(divergence, p, p, cell).item()) < 1e-9
    assert f_divergence(divergence, p, q, cell) > 0.01


@each
def test_conjugate_is_the_supremum(divergence):
    r = torch.logspace(-6, 4, 200_001, dtype=torch.float64)
    for t in divergence.activation(torch.tensor([-1.5, -0.3, 0.0, 0.8, 1.6], dtype=torch.float64)):
        assert abs((r * t - divergence.f(r)).max().item() - divergence.conjugate(t).item()) < 1e-5


@each
def test_slope_is_the_derivative(divergence):
    r = torch.tensor([0.1, 0.7, 1.0, 3.0], dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(divergence.f(r).sum(), r)
    torch.testing.assert_close(divergence.slope(r.detach()), slope)


@each
def test_cost_is_the_conjugate_of_the_activation_and_stays_finite(divergence):
    v = torch.linspace(-4, 4, 41, dtype=torch.float64)
    t = divergence.activation(v)
    torch.testing.assert_close(divergence.cost(v), divergence.conjugate(t))
    assert (t.diff() > 0).all()
    v = torch.tensor([-80.0, 80.0])  # in single precision; the composition would give infinities and NaN
    assert torch.isfinite(divergence.cost(v)).all() and torch.isfinite(divergence.activation(v)).all()


@each
def test_bound_holds_for_any_function_and_is_tight_at_the_slope(divergence):
    p, q, cell = two_normals()
    truth = f_divergence(divergence, p, q, cell).item()
    assert abs(variational_bound(divergence, divergence.slope(p / q), p, q, cell).item() - truth) < 1e-6
    x = torch.linspace(-14, 14, len(p), dtype=torch.float64)
    for seed in range(5):
        with seeded(seed):
            a, b, c = torch.randn(3, dtype=torch.float64)
        t = divergence.activation(a + b * (x + c).sin())
        assert variational_bound(divergence, t, p, q, cell).item() <= truth + 1e-9


@each
def test_the_best_critic_reports_the_divergence(divergence):
    p, q = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64), torch.tensor([0.2, 0.3, 0.5], dtype=torch.float64)
    scores = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    game = FGAN(divergence)

    def loss():
        return game.critic(scores.repeat_interleave((10 * p).long()), scores.repeat_interleave((10 * q).long()))

    lbfgs = torch.optim.LBFGS([scores], max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def closure():
        lbfgs.zero_grad()
        value = loss()
        value.backward()
        return value

    lbfgs.step(closure)
    assert abs(-loss().item() - f_divergence(divergence, p, q).item()) < 1e-7
    torch.testing.assert_close(divergence.activation(scores.detach()), divergence.slope(p / q), atol=1e-3, rtol=0)


def test_jensen_shannon_is_the_minimax_game_up_to_a_constant():
    with seeded(0):
        real, fake = torch.randn(50), torch.randn(50)
    ours, theirs = FGAN(JENSEN_SHANNON), Minimax()
    assert torch.isclose(2 * ours.critic(real, fake), theirs.critic(real, fake) - 2 * math.log(2))
    assert torch.isclose(2 * ours.generator(fake), theirs.generator(fake) + math.log(2))


def test_least_squares_minimises_pearson_between_the_mixture_and_the_model():
    p, q, cell = two_normals()
    best = (p - q) / (p + q)  # the best critic with b = 1, a = -1
    value = ((p + q) * best.square()).sum() * cell / 2  # c = 0
    chi2 = ((p + q - 2 * q).square() / (p + q)).sum() * cell
    assert abs(2 * value.item() - chi2.item()) < 1e-9
    middle = (p + q) / 2
    assert abs(chi2.item() - 2 * f_divergence(PEARSON, q, middle, cell).item()) < 1e-9


@pytest.mark.parametrize("theta", [0.5, 0.1, 0.01])
def test_jensen_shannon_of_disjoint_lines_is_log_two_whatever_their_distance(theta):
    x = torch.linspace(-1, 1, 2001, dtype=torch.float64)  # cells of width 0.001 across the two lines
    p, q = ((x - middle).abs() < 5e-4 for middle in (0.0, theta))
    p, q = (mass.double() / mass.sum() + 1e-15 for mass in (p, q))  # no ratio without a number
    assert abs(f_divergence(JENSEN_SHANNON, p, q).item() - math.log(2)) < 1e-9
