"""Forward and backward kernels: composed, and by Bayes' rule on a grid."""

import math
from itertools import pairwise

import pytest
import torch

from genbook.diffusion import Discrete, Level, cosine_betas, levels, linear_betas, q_xs_xt_x0, q_xt_x0, q_xt_xs


def normal(x, mean, variance):
    return torch.exp(-0.5 * (x - mean) ** 2 / variance) / math.sqrt(2 * math.pi * variance)


@pytest.mark.parametrize("betas", [linear_betas(40), cosine_betas(40)])
def test_steps_compose_to_the_marginal(betas):
    table = levels(Discrete(betas), torch.arange(41))
    mean, variance = 1.0, 0.0
    for then, now in pairwise(table):
        kernel = q_xt_xs(then, now)
        mean, variance = kernel.gain * mean, kernel.gain**2 * variance + kernel.variance
        assert math.isclose(mean, now.alpha, rel_tol=1e-9) and math.isclose(variance, now.sigma**2, rel_tol=1e-9)


def test_one_step_has_the_variance_beta():
    betas = linear_betas(40)
    table = levels(Discrete(betas), torch.arange(41))
    for beta, then, now in zip(betas.tolist(), table[:-1], table[1:], strict=True):
        assert q_xt_xs(then, now).variance == pytest.approx(beta, rel=1e-9)


@pytest.mark.parametrize("then, now", [((0.9, 0.3), (0.5, 0.8)), ((1.0, 0.5), (1.0, 2.0)), ((0.99, 0.02), (0.7, 0.4))])
def test_the_posterior_is_bayes_rule_on_a_grid(then, now):
    then, now, x_0, x_t = Level(*then), Level(*now), 0.7, -0.4
    x_s = torch.linspace(-12, 12, 200_001, dtype=torch.float64)
    forward = q_xt_xs(then, now)
    weight = normal(torch.tensor(x_t), forward.gain * x_s, forward.variance) * normal(
        x_s, then.alpha * x_0, then.sigma**2
    )
    weight = weight / weight.sum()
    mean = (weight * x_s).sum()
    variance = (weight * (x_s - mean) ** 2).sum()
    kernel = q_xs_xt_x0(then, now)
    assert mean.item() == pytest.approx(kernel.gain * x_t + kernel.shift * x_0, abs=1e-6)
    assert variance.item() == pytest.approx(kernel.variance, rel=1e-5)


def test_coefficients_are_those_of_ddpm():
    betas = linear_betas(30)
    kept = (1 - betas).cumprod(0)
    table = levels(Discrete(betas), torch.arange(31))
    for t in (1, 7, 29):
        kernel = q_xs_xt_x0(table[t], table[t + 1])
        beta, a_bar, a_bar_before = betas[t].item(), kept[t].item(), kept[t - 1].item()
        assert kernel.shift == pytest.approx(math.sqrt(a_bar_before) * beta / (1 - a_bar), rel=1e-9)
        assert kernel.gain == pytest.approx(math.sqrt(1 - beta) * (1 - a_bar_before) / (1 - a_bar), rel=1e-9)
        assert kernel.variance == pytest.approx((1 - a_bar_before) / (1 - a_bar) * beta, rel=1e-9)


def test_the_last_step_back_is_certain():
    table = levels(Discrete(linear_betas(10)), torch.arange(11))
    assert q_xs_xt_x0(table[0], table[1]) == (0.0, 1.0, 0.0)


def test_noise_and_signal_one_level_a_row():
    x_0, eps = torch.ones(2, 1, 2, 2), torch.full((2, 1, 2, 2), 2.0)
    x_t = q_xt_x0(x_0, torch.tensor([1.0, 0.5]), torch.tensor([0.0, 1.0]), eps)
    assert (x_t[0] == 1).all() and (x_t[1] == 2.5).all()
