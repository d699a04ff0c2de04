"""Schedules against naive products, closed forms and each other."""

import math

import pytest
import torch

from genbook.diffusion import (
    Cosine,
    Discrete,
    NoiseAsTime,
    SubVariancePreserving,
    VarianceExploding,
    VariancePreserving,
    coefficients,
    cosine_betas,
    levels,
    linear_betas,
    log_snr,
)

T = torch.linspace(0.01, 0.99, 23, dtype=torch.float64)


def test_the_discrete_table_is_the_product_of_its_steps():
    betas = linear_betas(50)
    schedule, kept = Discrete(betas), 1.0
    for t, beta in enumerate(betas.tolist(), 1):
        kept *= 1 - beta
        assert math.isclose(schedule.alpha(torch.tensor(t)).item(), math.sqrt(kept), rel_tol=1e-12)
        assert math.isclose(schedule.sigma(torch.tensor(t)).item(), math.sqrt(1 - kept), rel_tol=1e-9)
    assert schedule.alpha(torch.tensor(0)) == 1 and schedule.sigma(torch.tensor(0)) == 0 and schedule.steps == 50


def test_many_small_steps_become_the_continuous_schedule():
    limit, errors = VariancePreserving(0.1, 20.0), []
    for steps in (1000, 2000, 4000):
        alphas = Discrete(linear_betas(steps)).alphas
        t = torch.arange(steps + 1, dtype=torch.float64) / steps
        errors.append((alphas - limit.alpha(t)).abs().max().item())
    assert errors[0] < 0.01 and errors[0] / errors[1] > 1.8 and errors[1] / errors[2] > 1.8


@pytest.mark.parametrize("schedule", [VariancePreserving(), Cosine()])
def test_signal_and_noise_fill_one_variance(schedule):
    torch.testing.assert_close(schedule.alpha(T) ** 2 + schedule.sigma(T) ** 2, torch.ones_like(T))


def test_cosine_betas_reproduce_the_cosine():
    betas, steps = cosine_betas(200), torch.arange(201, dtype=torch.float64) / 200
    alphas = Discrete(betas).alphas
    torch.testing.assert_close(alphas[:-1], Cosine().alpha(steps)[:-1], rtol=1e-9, atol=1e-9)
    assert betas.max() == 0.999  # the last step would be 1


def test_every_schedule_loses_signal():
    for schedule in (VariancePreserving(), SubVariancePreserving(), VarianceExploding(), Cosine(), NoiseAsTime()):
        assert (log_snr(schedule, T).diff() < 0).all()


def test_coefficients_of_the_three_equations_of_score_sde():
    for t in (0.1, 0.5, 0.9):
        at = torch.tensor(t)
        beta = 0.1 + t * 19.9
        integral = 0.1 * t + 0.5 * 19.9 * t * t
        found = coefficients(VariancePreserving(), at)
        assert found == pytest.approx((-beta / 2, beta), rel=1e-6)
        found = coefficients(SubVariancePreserving(), at)
        assert found == pytest.approx((-beta / 2, beta * (1 - math.exp(-2 * integral))), rel=1e-6)
        sigma = 0.01 * 5000**t
        assert coefficients(VarianceExploding(), at) == pytest.approx((0, 2 * sigma**2 * math.log(5000)), rel=1e-6)


def test_levels_are_plain_numbers():
    (level, last) = levels(NoiseAsTime(), torch.tensor([2.0, 0.0]))
    assert level == (1.0, 2.0) and last == (1.0, 0.0)


@pytest.mark.parametrize("betas", [[0.1, 1.0], [0.0], [-0.1], [], [[0.1]]])
def test_impossible_betas_are_refused(betas):
    with pytest.raises(ValueError, match="expected"):
        Discrete(torch.tensor(betas))
