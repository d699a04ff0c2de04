"""Estimators of a gradient against the gradient: unbiased within four standard errors, with the variance foretold."""

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.foundations import (
    exact_gradient,
    exact_variance,
    gradients_of_square_norm,
    relaxed_gradient,
    sampled_gradient,
    variance_over_dimension,
)
from genbook.numerics import gumbel_max, seeded
from tests.numerics.test_gradients import assert_unbiased, is_unbiased


def test_all_three_gradients_of_a_square_norm_are_unbiased():
    theta = torch.tensor([0.5, -1.0, 2.0])
    with seeded(0):
        gradients = gradients_of_square_norm(theta, torch.randn(20_000, 3))
    for gradient in gradients:
        assert_unbiased(gradient, 2 * theta)


def test_variance_grows_as_foretold():
    dims = [1, 4, 16, 64]
    with seeded(0):
        measured = variance_over_dimension(dims, 20_000)
    expected = exact_variance(torch.tensor(dims, dtype=torch.float32))
    assert ((measured / expected - 1).abs() < torch.tensor([0.25, 0.15, 0.05])).all()
    assert (measured[-1] / expected[0] > torch.tensor([100.0, 15.0, 0.5])).all()  # the columns differ: 4488, 132, 4


def bent(y):
    """A function of the simplex that is not linear: the relaxation must feel it."""
    return (y[0] - 0.3).square()


logits = st.lists(st.floats(-2, 2), min_size=2, max_size=5).map(torch.tensor)


@settings(max_examples=25)
@given(logits)
def test_exact_gradient_is_autograds(theta):
    theta = theta.double().requires_grad_()
    values = torch.stack([bent(corner) for corner in torch.eye(len(theta), dtype=torch.float64)])
    (expected,) = torch.autograd.grad(theta.softmax(0) @ values, theta)
    torch.testing.assert_close(exact_gradient(bent, theta.detach()), expected)


def test_the_bias_vanishes_with_the_temperature_while_the_variance_grows_as_its_inverse():
    theta = torch.tensor([0.4, -0.2], dtype=torch.float64)
    truth = exact_gradient(bent, theta)
    temperatures = torch.tensor([10.0, 0.2, 0.1, 0.05, 0.02], dtype=torch.float64)
    found = [relaxed_gradient(bent, theta, t, 100_000) for t in temperatures.tolist()]
    bias = torch.stack([(mean - truth).norm() / truth.norm() for mean, _ in found])
    spread = torch.stack([deviation.norm() for _, deviation in found])
    assert bias[0] > 0.8 and bias[1] > 0.1 and bias[-1] < 0.02 and (bias.diff() < 0).all()
    assert (spread.diff() > 0).all()
    constant = spread[2:] * temperatures[2:].sqrt()
    assert (constant / constant.mean() - 1).abs().max() < 0.02


def test_quadrature_agrees_with_sampling_for_two_categories():
    theta = torch.tensor([0.4, -0.2], dtype=torch.float64)
    mean, deviation = relaxed_gradient(bent, theta, 0.5, 20_000)
    with seeded(0):
        draws = sampled_gradient(bent, theta, 0.5, torch.rand(40_000, 2, dtype=torch.float64))
    assert_unbiased(draws, mean)
    torch.testing.assert_close(draws.std(0), deviation, rtol=0.03, atol=0)
    assert not is_unbiased(draws, exact_gradient(bent, theta)), "at temperature 0.5 the bias shows"


def test_gumbel_max_draws_from_the_softmax():
    theta = torch.tensor([1.0, 0.0, -1.0])
    with seeded(0):
        draws = gumbel_max(theta, torch.rand(30_000, 3))
    assert_unbiased(draws, theta.softmax(0))
    with seeded(0):
        wrong = gumbel_max(2 * theta, torch.rand(30_000, 3))
    assert not is_unbiased(wrong, theta.softmax(0))
