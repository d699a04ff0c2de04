"""Dequantised densities bound the discrete likelihood; the uniform model costs exactly b bits a dimension."""

import math

import pytest
import torch
from torch.distributions import Normal

from genbook.numerics import dequantised_log_prob, seeded, uniform_log_prob


@pytest.mark.parametrize("bits", [1, 3, 8])
def test_uniform_model_costs_exactly_b_bits_a_dimension(bits):
    with seeded(0):
        x = torch.randint(2**bits, (5, 3, 4)).double()
        u = torch.rand(5, 3, 4, dtype=torch.float64)
    log_prob = dequantised_log_prob(uniform_log_prob, x, u, 2**bits)
    assert (-log_prob / (12 * math.log(2))).tolist() == pytest.approx([bits] * 5, abs=1e-12)


def logit_normal(y):
    return (Normal(0.2, 1.3).log_prob(torch.logit(y)) - (y * (1 - y)).log()).sum(1)


def cell_mass(levels):
    """Return the exact mass of every cell from the CDF."""
    edges = torch.logit(torch.arange(levels + 1, dtype=torch.float64) / levels)
    return Normal(0.2, 1.3).cdf(edges).diff()


def test_the_mean_over_the_noise_is_a_lower_bound_and_its_exponential_is_exact():
    levels, n = 5, 4001
    u = (torch.arange(n, dtype=torch.float64)[:, None] + 0.5) / n
    for level, log_mass in enumerate(cell_mass(levels).log()):
        log_prob = dequantised_log_prob(logit_normal, torch.full((n, 1), float(level), dtype=torch.float64), u, levels)
        assert log_prob.mean() < log_mass
        assert log_prob.exp().mean().item() == pytest.approx(log_mass.exp().item(), abs=1e-4)


@pytest.mark.parametrize(("low", "high", "total"), [(0.0, 1.0, 1.0), (0.25, 0.75, 1 + 2 / math.pi)])
def test_probabilities_sum_to_one_unless_the_noise_is_too_narrow(low, high, total):
    """Noise on the middle half of every cell, the broken twin, makes a density that peaks there look too good."""
    u = low + (high - low) * (torch.arange(1000, dtype=torch.float64)[:, None] + 0.5) / 1000
    found = 0.0
    for level in (0.0, 1.0):
        x = torch.full_like(u, level)
        found += dequantised_log_prob(lambda y: (1 - (4 * math.pi * y).cos()).log().sum(1), x, u, 2).exp().mean().item()
    assert found == pytest.approx(total, abs=1e-4)


def test_uniform_density_is_minus_infinity_outside():
    y = torch.tensor([[0.5, 0.5], [0.5, 1.5]])
    assert uniform_log_prob(y).tolist() == [0.0, -math.inf]


@pytest.mark.parametrize(
    ("x", "u", "sentence"),
    [
        (torch.tensor([[0.5]]), torch.zeros(1, 1), "whole numbers"),
        (torch.tensor([[4.0]]), torch.zeros(1, 1), "0 to 3"),
        (torch.tensor([[1.0]]), torch.zeros(1, 2), "expected one number"),
        (torch.zeros(0, 2), torch.zeros(0, 2), "empty"),
        (torch.zeros(1, 2, dtype=torch.int64), torch.zeros(1, 2), "dtype"),
    ],
)
def test_bad_input_gets_one_sentence(x, u, sentence):
    with pytest.raises((TypeError, ValueError), match=sentence):
        dequantised_log_prob(uniform_log_prob, x, u, 4)
