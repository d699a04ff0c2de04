"""Samplers against closed forms: a Gaussian's flow, a mixture's moments, and each other."""

import math
from functools import partial

import pytest
import torch

from genbook.data.toys import GaussianMixture
from genbook.diffusion import (
    Discrete,
    IdealDenoiser,
    NoiseAsTime,
    SubVariancePreserving,
    VarianceExploding,
    VariancePreserving,
    ancestral,
    annealed_langevin,
    ddim,
    dpm_solver_pp,
    euler_maruyama,
    even_times,
    heun,
    karras_times,
    linear_betas,
    pndm,
    predictor_corrector,
    probability_flow,
)
from genbook.numerics import seeded

MEAN, DEVIATION = 1.5, 0.4
GAUSSIAN = GaussianMixture([1.0], [[MEAN]], [[[DEVIATION**2]]])
SCHEDULES = [VariancePreserving(), SubVariancePreserving(), VarianceExploding(0.01, 20.0)]


def transported(schedule, x, t, s):
    """Where the probability flow of a Gaussian takes x from t to s: its standardised value stays."""

    def moments(t):
        alpha, sigma = schedule.alpha(t), schedule.sigma(t)
        return alpha * MEAN, (alpha**2 * DEVIATION**2 + sigma**2).sqrt()

    (m_t, s_t), (m_s, s_s) = moments(t), moments(s)
    return m_s + s_s / s_t * (x - m_t)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize(
    "sampler, order, counts",
    [(ddim, 1, (40, 80)), (heun, 2, (80, 160)), (dpm_solver_pp, 2, (80, 160)), (pndm, 2, (160, 320))],
    ids=["ddim", "heun", "dpm", "pndm"],
)
def test_order_of_convergence_on_a_gaussian(schedule, sampler, order, counts):
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    denoiser, errors = IdealDenoiser(GAUSSIAN, schedule), []
    start, end = torch.tensor(0.9).double(), torch.tensor(0.2).double()
    truth = transported(schedule, x, start, end)
    for count in counts:
        errors.append((sampler(denoiser, schedule, x, even_times(0.9, 0.2, count)) - truth).abs().max().item())
    measured = math.log2(errors[0] / errors[1])
    assert order - 0.1 < measured < order + 0.15, (errors, measured)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_the_probability_flow_points_where_the_gaussian_goes(schedule):
    x, t, h = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None], torch.tensor(0.5).double(), 1e-5
    drift = probability_flow(IdealDenoiser(GAUSSIAN, schedule), schedule)(t, x)
    ahead, behind = transported(schedule, x, t, t + h), transported(schedule, x, t, t - h)
    torch.testing.assert_close(drift, (ahead - behind) / (2 * h), rtol=1e-5, atol=1e-6)


def test_ddim_with_fresh_noise_is_ddpm():
    schedule = Discrete(linear_betas(60))
    times = torch.arange(60, -1, -1)
    with seeded(0):
        x = torch.randn(7, 1).double()
    denoiser = IdealDenoiser(GAUSSIAN, schedule)
    with seeded(1):
        one = ancestral(denoiser, schedule, x, times)
    with seeded(1):
        other = ddim(denoiser, schedule, x, times, eta=1.0)
    torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)


def test_ddim_is_deterministic():
    schedule, x = VariancePreserving(), torch.ones(2, 1).double()
    run = partial(ddim, IdealDenoiser(GAUSSIAN, schedule), schedule, x, even_times(1.0, 1e-3, 20))
    assert torch.equal(run(), run())


@pytest.mark.parametrize(
    "sampler, schedule, times, tolerance",
    [
        (ancestral, Discrete(linear_betas(400)), torch.arange(400, -1, -1), 0.012),
        (partial(ancestral, blend=1.0), Discrete(linear_betas(200)), torch.arange(200, -1, -1), 0.015),
        (euler_maruyama, VariancePreserving(), even_times(1.0, 1e-3, 400), 0.012),
        (euler_maruyama, SubVariancePreserving(), even_times(1.0, 1e-3, 400), 0.012),
        (euler_maruyama, VarianceExploding(0.01, 20.0), even_times(1.0, 0.0, 400), 0.02),
        (predictor_corrector, VariancePreserving(), even_times(1.0, 1e-3, 200), 0.02),
        (partial(heun), NoiseAsTime(), karras_times(20.0, 0.01, 40), 0.02),
        (dpm_solver_pp, Discrete(linear_betas(200)), torch.arange(200, -1, -5), 0.012),
        (pndm, Discrete(linear_betas(200)), torch.arange(200, -1, -10), 0.02),
    ],
)
def test_draws_have_the_moments_of_the_gaussian(sampler, schedule, times, tolerance):
    n = 40_000
    with seeded(2):
        alpha, sigma = schedule.alpha(times[:1]).double(), schedule.sigma(times[:1]).double()
        x = alpha * MEAN + (alpha**2 * DEVIATION**2 + sigma**2).sqrt() * torch.randn(n, 1).double()
        x = sampler(IdealDenoiser(GAUSSIAN, schedule), schedule, x, times)
    assert abs(x.mean().item() - MEAN) < tolerance + 4 * DEVIATION / n**0.5
    assert abs(x.std().item() - DEVIATION) < tolerance


def test_annealing_recovers_the_weights_that_plain_langevin_gets_wrong():
    mixture = GaussianMixture([0.2, 0.8], [[-4.0], [4.0]], [[[0.25]], [[0.25]]])
    schedule, denoiser = NoiseAsTime(), IdealDenoiser(mixture, NoiseAsTime())
    with seeded(3):
        x = 16 * (torch.rand(4000, 1).double() - 0.5)  # spread evenly over both modes
        plain = annealed_langevin(denoiser, schedule, x, torch.tensor([0.1, 0.05]), each=1000)
        levels = torch.logspace(math.log10(10.0), math.log10(0.05), 20, dtype=torch.float64)
        annealed = annealed_langevin(denoiser, schedule, 10 * torch.randn(4000, 1).double(), levels, each=50)
    assert abs((plain < 0).double().mean() - 0.5) < 0.05
    assert abs((annealed < 0).double().mean() - 0.2) < 0.03


def test_no_noise_is_added_on_the_last_step():
    schedule = Discrete(linear_betas(10))
    denoiser, x = IdealDenoiser(GAUSSIAN, schedule), torch.ones(3, 1).double()
    last = torch.tensor([1, 0])
    with seeded(4):
        one = ancestral(denoiser, schedule, x, last)
    with seeded(5):
        other = ancestral(denoiser, schedule, x, last)
    assert torch.equal(one, other) and torch.equal(one, denoiser(x, torch.tensor(1)).x_0)


@pytest.mark.parametrize("times", [torch.tensor([1.0]), torch.tensor([0.1, 0.5]), [1.0, 0.5], torch.ones(2, 2)])
def test_times_that_do_not_descend_are_refused(times):
    with pytest.raises(ValueError, match="expected"):
        ddim(IdealDenoiser(GAUSSIAN, NoiseAsTime()), NoiseAsTime(), torch.zeros(2, 1), times)


def test_record_sees_every_step():
    seen = []
    ddim(
        IdealDenoiser(GAUSSIAN, NoiseAsTime()),
        NoiseAsTime(),
        torch.zeros(2, 1),
        karras_times(5.0, 0.1, 6),
        record=seen.append,
    )
    assert len(seen) == 6
