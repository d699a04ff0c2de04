"""Delta-VAE: the AR(1) prior, its divergence and its floor, against torch's Gaussians and direct minimisation."""

import pytest
import torch
from torch.distributions import Independent, MultivariateNormal, Normal, kl_divergence

from genbook.numerics import grid, seeded
from genbook.vae import DiagonalGaussian, StandardNormal, gaussian_kl, monte_carlo_kl
from genbook.vae.delta_vae import AR1, ar1_floor, ar1_kl, fixed_variance_floor


def covariance(alpha, length):
    t = torch.arange(length, dtype=torch.float64)
    return alpha ** (t[:, None] - t).abs()


def least(alpha, length):
    """The minimum of KL(q || AR(1)) over all independent Gaussians q, found by LBFGS through torch's own divergence."""
    prior = MultivariateNormal(torch.zeros(length, dtype=torch.float64), covariance(alpha, length))
    with seeded(0):
        mean = torch.randn(length, dtype=torch.float64).requires_grad_()
        log_scale = torch.randn(length, dtype=torch.float64).requires_grad_()
    optimizer = torch.optim.LBFGS([mean, log_scale], max_iter=500, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def divergence():
        q = MultivariateNormal(mean, torch.diag((2 * log_scale).exp()))
        return kl_divergence(q, prior)

    def closure():
        optimizer.zero_grad()
        value = divergence()
        value.backward()
        return value

    optimizer.step(closure)
    return divergence().item()


@pytest.mark.parametrize(("alpha", "length"), [(0.8, 8), (0.95, 5), (-0.7, 4), (0.9, 2), (0.5, 1), (0.0, 6)])
def test_the_floor_is_the_least_divergence_there_is(alpha, length):
    assert ar1_floor(alpha, length) == pytest.approx(least(alpha, length), abs=1e-6)


@pytest.mark.parametrize(("alpha", "length"), [(0.8, 4), (-0.6, 3), (0.9, 2), (0.5, 1)])
def test_density_and_precision_are_those_of_the_gaussian(alpha, length):
    prior = AR1(alpha, length, channels=2).double()
    with seeded(0):
        z = torch.randn(6, 2 * length).double()
    sigma = covariance(prior.alpha.item(), length)
    each = MultivariateNormal(torch.zeros(length).double(), sigma)
    torch.testing.assert_close(prior.log_prob(z), each.log_prob(z.view(6, 2, length)).sum(1))
    torch.testing.assert_close(prior.precision() @ sigma, torch.eye(length).double())


def test_draws_have_the_covariance_channel_by_channel():
    prior = AR1(0.8, 3, channels=2)
    with seeded(0):
        z = prior.sample(200_000)
    expected = torch.block_diag(covariance(0.8, 3), covariance(0.8, 3)).float()
    torch.testing.assert_close(z.T @ z / len(z), expected, atol=0.015, rtol=0)


def test_the_density_integrates_to_one():
    points, area = grid([-7.0] * 2, [7.0] * 2, 400)
    assert AR1(0.9, 2).double().log_prob(points).exp().sum() * area == pytest.approx(1.0, abs=1e-4)


def test_the_divergence_equals_torchs_and_its_own_monte_carlo_form():
    prior = AR1(0.7, 5, channels=2).double()
    with seeded(0):
        q = DiagonalGaussian(torch.randn(4, 10).double(), 0.5 * torch.randn(4, 10).double())
        z, log_q = q.draw(40_000)
    sigma = torch.block_diag(*[covariance(prior.alpha.item(), 5)] * 2)
    joint = MultivariateNormal(torch.zeros(10).double(), sigma)
    expected = kl_divergence(MultivariateNormal(q.mean, torch.diag_embed(q.scale**2)), joint)
    torch.testing.assert_close(ar1_kl(q, prior), expected)
    flat = monte_carlo_kl(q, prior, z.flatten(0, 1), log_q.flatten()).view(40_000, 4)
    assert ((flat.mean(0) - expected).abs() < 5 * flat.std(0) / 200).all()
    assert (ar1_kl(q, prior) > prior.floor).all()


def test_without_correlation_it_is_the_standard_normal():
    with seeded(0):
        q = DiagonalGaussian(torch.randn(4, 6), torch.randn(4, 6))
    torch.testing.assert_close(ar1_kl(q, AR1(0.0, 3, 2)), gaussian_kl(q, StandardNormal(6)))


def test_a_posterior_at_the_minimum_pays_the_floor_of_all_channels():
    prior = AR1(0.8, 8, 2).double()
    variance = 1 / prior.precision().diagonal().repeat(2)
    q = DiagonalGaussian(torch.zeros(1, 16).double(), (0.5 * variance.log()).unsqueeze(0))
    assert ar1_kl(q, prior).item() == pytest.approx(prior.floor, rel=1e-6)
    assert prior.floor == pytest.approx(2 * ar1_floor(0.8, 8), rel=1e-6)


@pytest.mark.parametrize("scale", [0.3, 1.0, 1.7])
def test_a_fixed_variance_commits_its_rate(scale):
    means = torch.linspace(-3, 3, 61, dtype=torch.float64).unsqueeze(1).expand(-1, 3)
    q = Independent(Normal(means, scale), 1)
    prior = Independent(Normal(torch.zeros(3).double(), 1.0), 1)
    assert kl_divergence(q, prior).min().item() == pytest.approx(fixed_variance_floor(scale, 3), abs=1e-9)


def test_the_correlation_is_no_parameter():
    assert not list(AR1(0.8, 4).parameters())


@pytest.mark.parametrize(("alpha", "length", "sentence"), [(1.0, 3, "alpha is 1.0"), (0.5, 0, "length is 0")])
def test_bad_input_is_refused_in_one_sentence(alpha, length, sentence):
    for build in (AR1, ar1_floor):
        with pytest.raises(ValueError, match=sentence):
            build(alpha, length)
    with pytest.raises(ValueError, match=r"scale is 0\.0, expected a positive"):
        fixed_variance_floor(0.0, 2)
    with pytest.raises(ValueError, match=r"z has shape \(2, 3\), expected \(B, 4\)"):
        AR1(0.5, 4).log_prob(torch.zeros(2, 3))
