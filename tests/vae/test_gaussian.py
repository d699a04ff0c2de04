"""The diagonal Gaussian and its encoder: densities, reparameterised draws, bad input."""

import pytest
import torch
from torch import nn
from torch.distributions import Independent, Normal

from genbook.numerics import seeded
from genbook.vae import DiagonalGaussian, GaussianEncoder, StandardNormal
from genbook.vae.gaussian import LIMIT


def test_log_prob_is_that_of_torch() -> None:
    with seeded(0):
        q = DiagonalGaussian(torch.randn(4, 3), torch.randn(4, 3))
        z, log_q = q.draw(7)
    expected = Independent(Normal(q.mean, q.scale), 1).log_prob(z)
    assert z.shape == (7, 4, 3)
    torch.testing.assert_close(log_q, expected)
    torch.testing.assert_close(q.log_prob(z), expected)


def test_draws_have_the_moments_that_the_parameters_state() -> None:
    q = DiagonalGaussian(torch.tensor([[1.0, -2.0]]), torch.tensor([[0.5, -1.0]]))
    with seeded(0):
        z, _ = q.draw(40_000)
    torch.testing.assert_close(z.mean(0), q.mean, atol=0.03, rtol=0)
    torch.testing.assert_close(z.std(0), q.scale, atol=0.03, rtol=0)


def test_the_gradient_of_an_expectation_passes_through_the_draws() -> None:
    """d/dmean E[z^2] = 2 mean and d/dlog_scale E[z^2] = 2 scale^2."""
    mean, log_scale = torch.tensor([[1.5]], requires_grad=True), torch.tensor([[0.3]], requires_grad=True)
    with seeded(0):
        z, _ = DiagonalGaussian(mean, log_scale).draw(100_000)
    z.square().mean().backward()
    assert mean.grad.item() == pytest.approx(3.0, abs=0.05)
    assert log_scale.grad.item() == pytest.approx(2 * 2.718281828 ** (2 * 0.3), abs=0.08)


def test_detached_parameters_get_no_gradient() -> None:
    q = DiagonalGaussian(torch.zeros(1, 2, requires_grad=True), torch.zeros(1, 2, requires_grad=True))
    assert q.log_prob(torch.ones(1, 2)).requires_grad
    assert not q.detach().log_prob(torch.ones(1, 2)).requires_grad


def test_the_encoder_halves_a_row_and_keeps_scales_in_bounds() -> None:
    q = GaussianEncoder(nn.Identity())(torch.tensor([[1.0, 2.0, 50.0, -50.0]]))
    assert q.mean.tolist() == [[1.0, 2.0]]
    assert q.log_scale.tolist() == [[LIMIT, -LIMIT]]


def test_the_encoder_sees_embedded_values() -> None:
    q = GaussianEncoder(nn.Identity(), lambda x: x / 8 - 1)(torch.tensor([[0.0, 16.0]]))
    assert q.mean.tolist() == [[-1.0]] and q.log_scale.tolist() == [[1.0]]


@pytest.mark.parametrize("latents", [0, -1, 2.0, True])
def test_a_prior_over_no_latents_is_refused(latents: object) -> None:
    with pytest.raises((TypeError, ValueError), match="a size of the event is"):
        StandardNormal(latents)


def test_the_prior_refuses_other_widths_and_counts() -> None:
    prior = StandardNormal(3)
    with pytest.raises(ValueError, match="z has shape"):
        prior.log_prob(torch.zeros(2, 4))
    with pytest.raises(ValueError, match="n is 0"):
        prior.sample(0)
