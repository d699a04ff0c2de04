"""Gumbel noise against its CDF, the Concrete density against quadrature and torch, the limits of the temperature."""

import math

import pytest
import torch
from torch.distributions import RelaxedOneHotCategorical

from genbook.numerics import concrete_log_prob, gumbel, gumbel_max, gumbel_softmax, seeded, straight_through

LOGITS = torch.tensor([0.5, -0.5, 0.1], dtype=torch.float64)


def test_gumbel_inverts_its_cdf_and_stays_finite_at_the_ends():
    u = torch.linspace(0.01, 0.99, 50, dtype=torch.float64)
    torch.testing.assert_close((-(-gumbel(u)).exp()).exp(), u)
    for dtype in (torch.float32, torch.float64):
        assert gumbel(torch.tensor([0.0, 1.0], dtype=dtype)).isfinite().all()


def test_cold_draws_are_the_hard_ones_and_hot_draws_are_uniform():
    with seeded(0):
        u = torch.rand(500, 3, dtype=torch.float64)
    torch.testing.assert_close(gumbel_softmax(LOGITS, u, 1e-6), gumbel_max(LOGITS, u))
    torch.testing.assert_close(gumbel_softmax(LOGITS, u, 1e6), torch.full_like(u, 1 / 3), atol=1e-4, rtol=0)


def test_concrete_density_equals_the_one_in_torch_and_integrates_to_one():
    with seeded(0):
        y = gumbel_softmax(LOGITS, torch.rand(50, 3, dtype=torch.float64), 0.7)
    expected = RelaxedOneHotCategorical(torch.tensor(0.7, dtype=torch.float64), logits=LOGITS).log_prob(y)
    torch.testing.assert_close(concrete_log_prob(y, LOGITS, 0.7), expected)
    s = (torch.arange(20_000, dtype=torch.float64) + 0.5) / 20_000
    line = torch.stack([s, 1 - s], 1)
    assert concrete_log_prob(line, LOGITS[:2], 1.5).exp().mean().item() == pytest.approx(1, abs=1e-4)
    assert concrete_log_prob(line, LOGITS[:2], 1.5).mul(1.1).exp().mean().item() != pytest.approx(1, abs=1e-3)


def test_straight_through_is_hard_forward_and_soft_backward():
    u = torch.tensor([0.2, 0.6, 0.4], dtype=torch.float64)
    theta = LOGITS.clone().requires_grad_()
    weights = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)
    hard = straight_through(theta, u, 0.5)
    torch.testing.assert_close(hard, gumbel_max(LOGITS, u))
    (found,) = torch.autograd.grad(hard @ weights, theta)
    (expected,) = torch.autograd.grad(gumbel_softmax(theta, u, 0.5) @ weights, theta)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("temperature", [0.0, -1.0, math.nan, math.inf])
def test_bad_temperatures_get_one_sentence(temperature):
    with pytest.raises(ValueError, match="positive number"):
        gumbel_softmax(LOGITS, LOGITS.sigmoid(), temperature)


def test_shapes_that_do_not_fit_get_one_sentence():
    with pytest.raises(ValueError, match="K alike"):
        gumbel_max(LOGITS, torch.rand(4))
