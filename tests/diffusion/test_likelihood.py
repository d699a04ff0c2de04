"""The density along the probability flow against densities that are known."""

from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.data.toys import GaussianMixture
from genbook.diffusion import (
    Discrete,
    IdealDenoiser,
    NoiseAsTime,
    SubVariancePreserving,
    VarianceExploding,
    VariancePreserving,
    coefficients,
    linear_betas,
    log_prob_ode,
)
from genbook.numerics import dormand_prince, grid, rk4, seeded
from genbook.numerics.trace import gaussian, rademacher

GAUSSIAN = GaussianMixture([1.0], [[0.7, -0.4]], [[[0.5, 0.2], [0.2, 0.3]]])
MIXTURE = GaussianMixture([0.3, 0.7], [[-1.3, -0.6], [1.1, 0.7]], [[[0.5, 0.2], [0.2, 0.4]], [[0.3, 0.0], [0.0, 0.6]]])
SCHEDULES = [VariancePreserving(), SubVariancePreserving(), VarianceExploding(0.05, 30.0)]
POINTS = torch.tensor([[0.0, 0.0], [1.0, 0.5], [-1.5, -1.0], [2.0, -1.0], [-2.5, 1.5]], dtype=torch.float64)
FINE = partial(dormand_prince, rtol=1e-8, atol=1e-8)


def at(schedule, law, t):
    """The law of the noisy data at the time t."""
    t = torch.tensor(t, dtype=torch.float64)
    return law.noised(float(schedule.alpha(t)), float(schedule.sigma(t)))


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("law", [GAUSSIAN, MIXTURE], ids=["Gaussian", "mixture"])
def test_the_density_is_exact_up_to_the_solver(schedule, law):
    times = (1e-3, 1.0)
    found = log_prob_ode(
        IdealDenoiser(law, schedule), schedule, POINTS, times, FINE, prior=at(schedule, law, 1.0).log_prob
    )
    torch.testing.assert_close(found, at(schedule, law, 1e-3).log_prob(POINTS), rtol=0, atol=1e-5)


@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
def test_the_usual_prior_costs_little(schedule):
    found = log_prob_ode(IdealDenoiser(MIXTURE, schedule), schedule, POINTS, solver=FINE)
    error = (found - at(schedule, MIXTURE, 1e-3).log_prob(POINTS)).abs().max()
    assert 1e-4 < error < 0.05


def test_the_density_integrates_to_one_even_where_the_denoiser_is_wrong():
    def wrong(x, t):
        found = IdealDenoiser(GAUSSIAN, VariancePreserving())(x, t)
        return found._replace(eps=0.8 * found.eps + 0.1 * torch.sin(x.flip(1)))

    points, cell = grid([-9.0, -9.0], [9.0, 9.0], 70)
    found = log_prob_ode(wrong, VariancePreserving(), points, solver=partial(rk4, steps=40))
    assert (found.exp() * cell).sum().item() == pytest.approx(1.0, abs=2e-3)
    assert (found - at(VariancePreserving(), GAUSSIAN, 1e-3).log_prob(points)).abs().max() > 0.5


def test_the_error_falls_with_the_fourth_power_of_the_step():
    schedule = VariancePreserving()
    truth, prior = at(schedule, MIXTURE, 1e-3).log_prob(POINTS), at(schedule, MIXTURE, 1.0).log_prob
    errors = []
    for steps in (40, 80):
        solver = partial(rk4, steps=steps)
        found = log_prob_ode(IdealDenoiser(MIXTURE, schedule), schedule, POINTS, (1e-3, 1.0), solver, prior=prior)
        errors.append((found - truth).abs().max().item())
    assert 10 < errors[0] / errors[1] < 26, errors


@pytest.mark.parametrize("probes", [rademacher, gaussian])
def test_random_probes_are_unbiased(probes):
    schedule, n = VariancePreserving(), 4000
    solver, x = partial(rk4, steps=20), POINTS[1:2]
    exact = log_prob_ode(IdealDenoiser(MIXTURE, schedule), schedule, x, solver=solver)
    with seeded(0):
        draws = log_prob_ode(IdealDenoiser(MIXTURE, schedule), schedule, x.expand(n, 2), solver=solver, probes=probes)
    assert draws.std() > 0.05
    assert (draws.mean() - exact).abs() < 4 * draws.std() / n**0.5


def test_images_are_flattened():
    schedule, x = VariancePreserving(), torch.linspace(-1, 1, 8, dtype=torch.float64).view(2, 1, 2, 2)
    normal = GaussianMixture([1.0], [[0.3, 0.1, 0.0, -0.2]], [torch.diag(torch.tensor([0.5, 1.0, 0.2, 0.9])).tolist()])
    ideal = IdealDenoiser(normal, schedule)

    def image(x, t):
        return type(found := ideal(x.flatten(1), t))(found.x_0.view(x.shape), found.eps.view(x.shape))

    torch.testing.assert_close(log_prob_ode(image, schedule, x), log_prob_ode(ideal, schedule, x.flatten(1)))


def test_sub_vp_and_vp_have_the_coefficients_of_the_paper():
    vp, sub = VariancePreserving(), SubVariancePreserving()
    for t in (0.01, 0.3, 0.9):
        beta, integral = 0.1 + 19.9 * t, 0.1 * t + 0.5 * 19.9 * t**2
        assert coefficients(vp, torch.tensor(t).double()) == pytest.approx((-0.5 * beta, beta), rel=1e-6)
        shrunk = beta * (1 - torch.tensor(-2 * integral).double().exp().item())
        assert coefficients(sub, torch.tensor(t).double()) == pytest.approx((-0.5 * beta, shrunk), rel=1e-6)


def test_a_chain_has_no_flow():
    with pytest.raises(ValueError, match="expected a schedule in continuous time"):
        coefficients(Discrete(linear_betas(10)), torch.tensor(3))


@settings(max_examples=30, deadline=None)
@given(st.tuples(st.floats(-2, 2), st.floats(-2, 2)).filter(lambda t: not 0 < t[0] < t[1]))
def test_times_that_do_not_rise_from_above_zero_are_refused(times):
    with pytest.raises(ValueError, match="expected 0 < first < last"):
        log_prob_ode(IdealDenoiser(GAUSSIAN, NoiseAsTime()), NoiseAsTime(), POINTS, times)


@pytest.mark.parametrize(
    "x, error", [(torch.full((2, 2), torch.nan), ValueError), (torch.zeros(2, 2).long(), TypeError)]
)
def test_bad_data_are_refused(x, error):
    with pytest.raises(error, match="expected"):
        log_prob_ode(IdealDenoiser(GAUSSIAN, NoiseAsTime()), NoiseAsTime(), x, (0.1, 10.0))
