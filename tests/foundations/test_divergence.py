"""KL divergences against torch's own, quadrature, and each other; which fit covers and which seeks."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from genbook.data.toys import GaussianMixture
from genbook.foundations import kl_gaussians, kl_on_grid, mode_seeking_fit, moment_match
from genbook.numerics import grid, seeded

BIMODAL = GaussianMixture([0.5, 0.5], [[-3.0], [3.0]], [[[0.5]], [[0.5]]])
POINTS, CELL = grid([-14.0], [14.0], 2000)


def gaussian(seed, dim=3):
    with seeded(seed):
        factor = torch.randn(dim, dim, dtype=torch.float64)
        return torch.randn(dim, dtype=torch.float64), factor @ factor.T + 0.1 * torch.eye(dim)


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(0, 1000), st.integers(1, 5))
def test_closed_form_equals_the_one_in_torch(a, b, dim):
    p, q = gaussian(a, dim), gaussian(b + 2000, dim)
    expected = kl_divergence(MultivariateNormal(*p), MultivariateNormal(*q))
    torch.testing.assert_close(kl_gaussians(*p, *q), expected, rtol=1e-6, atol=1e-9)
    assert kl_gaussians(*p, *p).abs() < 1e-9


def test_quadrature_equals_the_closed_form_and_the_direction_matters():
    p, q = Normal(0.0, 1.0), Normal(1.0, 2.0)
    log_p, log_q = p.log_prob(POINTS[:, 0]), q.log_prob(POINTS[:, 0])
    assert kl_on_grid(log_p, log_q, CELL).item() == pytest.approx(kl_divergence(p, q).item(), abs=1e-9)
    assert kl_on_grid(log_q, log_p, CELL).item() == pytest.approx(kl_divergence(q, p).item(), abs=1e-5)
    assert abs(kl_divergence(p, q) - kl_divergence(q, p)) > 0.1


def test_density_zero_counts_nothing_and_an_impossible_point_costs_infinity():
    log_p, log_q = torch.tensor([0.0, -math.inf]), torch.tensor([0.0, 0.0])
    assert kl_on_grid(log_p, log_q, 1.0) == 0
    assert kl_on_grid(log_q, log_p, 1.0) == math.inf


def both_kls(mean, scale):
    log_p, log_q = BIMODAL.log_prob(POINTS), Normal(mean, scale).log_prob(POINTS[:, 0])
    return kl_on_grid(log_p, log_q, CELL).item(), kl_on_grid(log_q, log_p, CELL).item()


def test_moment_matching_minimises_the_forward_kl():
    fit = moment_match(BIMODAL)
    mean, scale = fit.means.item(), fit.covariances.sqrt().item()
    assert (mean, scale**2) == pytest.approx((0.0, 9.5))
    best = both_kls(mean, scale)[0]
    for moved in ((mean + 0.1, scale), (mean - 0.1, scale), (mean, 1.05 * scale), (mean, scale / 1.05)):
        assert both_kls(*moved)[0] > best


def test_moment_matching_in_two_dimensions_agrees_with_samples():
    mixture = GaussianMixture([0.3, 0.7], [[0.0, 1.0], [2.0, -1.0]], [torch.eye(2).tolist(), [[2.0, 0.5], [0.5, 1.0]]])
    with seeded(0):
        x = mixture.sample(200_000).double()
    fit = moment_match(mixture)
    torch.testing.assert_close(fit.means[0], x.mean(0), atol=0.02, rtol=0)
    torch.testing.assert_close(fit.covariances[0], torch.cov(x.T), atol=0.03, rtol=0)


@pytest.mark.parametrize("side", [-1.0, 1.0])
def test_the_reverse_kl_seeks_the_mode_on_whose_side_it_starts(side):
    mean, scale = mode_seeking_fit(BIMODAL.log_prob, POINTS, CELL, mean=side, scale=1.0)
    assert mean == pytest.approx(3 * side, abs=0.01) and scale == pytest.approx(math.sqrt(0.5), abs=0.01)
    forward, reverse = both_kls(mean, scale)
    assert reverse == pytest.approx(math.log(2), abs=1e-3)  # one of two equal modes: log 2 and no more
    cover = moment_match(BIMODAL)
    cover_forward, cover_reverse = both_kls(cover.means.item(), cover.covariances.sqrt().item())
    assert forward > 5 * cover_forward and cover_reverse > reverse


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: kl_gaussians(torch.zeros(2), torch.eye(2), torch.zeros(3), torch.eye(3)), "shapes"),
        (lambda: kl_gaussians(torch.zeros(1), -torch.eye(1), torch.zeros(1), torch.eye(1)), "positive definite"),
        (lambda: kl_on_grid(torch.zeros(2), torch.zeros(3), 1.0), "same points"),
        (lambda: mode_seeking_fit(BIMODAL.log_prob, POINTS, CELL, 0.0, 0.0), "scale is 0"),
        (lambda: mode_seeking_fit(BIMODAL.log_prob, POINTS[:, 0], CELL, 0.0, 1.0), "points"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
