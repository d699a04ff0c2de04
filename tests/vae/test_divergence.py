"""The divergence between Gaussians: closed form, Monte Carlo and torch.distributions agree, and a slip is seen."""

import torch
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from genbook.numerics import seeded
from genbook.vae import DiagonalGaussian, StandardNormal, gaussian_kl, kl_per_latent, monte_carlo_kl

DRAWS = 20_000


def posterior() -> DiagonalGaussian:
    """Five rows over three latents, in double precision."""
    with seeded(0):
        return DiagonalGaussian(torch.randn(5, 3).double(), 0.7 * torch.randn(5, 3).double())


def by_draws(q: DiagonalGaussian, prior: StandardNormal) -> tuple[Tensor, Tensor]:
    """Return the mean of the Monte Carlo divergence over many draws, and its standard error, each (B,)."""
    with seeded(1):
        z, log_q = q.draw(DRAWS)
    values = torch.stack([monte_carlo_kl(q, prior, one, log) for one, log in zip(z, log_q, strict=True)])
    return values.mean(0), values.std(0) / DRAWS**0.5


def test_the_closed_form_is_that_of_torch() -> None:
    q = posterior()
    expected = kl_divergence(Normal(q.mean, q.scale), Normal(0.0, 1.0))
    torch.testing.assert_close(kl_per_latent(q, StandardNormal(3)), expected)
    torch.testing.assert_close(gaussian_kl(q, StandardNormal(3)), expected.sum(1))


def test_any_diagonal_gaussian_may_be_the_prior_one_for_all_rows_or_one_a_row() -> None:
    q = posterior()
    with seeded(2):
        p = DiagonalGaussian(torch.randn(5, 3).double(), torch.randn(5, 3).double())
    for prior in (p, DiagonalGaussian(p.mean[0], p.log_scale[0])):
        expected = kl_divergence(Normal(q.mean, q.scale), Normal(prior.mean, prior.scale))
        torch.testing.assert_close(kl_per_latent(q, prior), expected)


def test_the_closed_form_is_the_mean_of_the_draws() -> None:
    q, prior = posterior(), StandardNormal(3).double()
    mean, error = by_draws(q, prior)
    assert ((mean - gaussian_kl(q, prior)).abs() < 4.5 * error).all()


def test_the_variance_taken_for_a_standard_deviation_is_found_out_by_the_draws() -> None:
    q, prior = posterior(), StandardNormal(3).double()
    mean, error = by_draws(q, prior)
    wrong = gaussian_kl(DiagonalGaussian(q.mean, 2 * q.log_scale), prior)  # exp(logvar) in place of exp(logvar / 2)
    assert ((mean - wrong).abs() > 10 * error).any()


def test_nothing_is_lost_where_q_is_the_prior() -> None:
    same = DiagonalGaussian(torch.zeros(2, 4), torch.zeros(2, 4))
    assert torch.equal(gaussian_kl(same, StandardNormal(4)), torch.zeros(2))


def test_tiny_scales_stay_finite() -> None:
    narrow = DiagonalGaussian(torch.zeros(1, 2), torch.full((1, 2), -7.0, requires_grad=True))
    value = gaussian_kl(narrow, StandardNormal(2))
    value.sum().backward()
    assert torch.isfinite(value).all() and torch.isfinite(narrow.log_scale.grad).all()
