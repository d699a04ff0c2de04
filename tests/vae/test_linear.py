"""The linear halves of a VAE say what their matrices say."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal, Normal

from genbook.numerics import seeded
from genbook.vae import VAE, StandardNormal, gaussian_kl
from genbook.vae.linear import LinearDecoder, LinearEncoder
from genbook.vae.parts import Likelihood, Posterior


def decoder() -> LinearDecoder:
    with seeded(0):
        return LinearDecoder(torch.randn(5, 2).double(), torch.randn(5).double(), 0.3)


def test_the_likelihood_is_the_gaussian_of_the_equation() -> None:
    model = decoder()
    with seeded(1):
        z, x = torch.randn(7, 2).double(), torch.randn(7, 5).double()
    truth = MultivariateNormal(z @ model.w.T + model.mean, 0.3 * torch.eye(5).double()).log_prob(x)
    torch.testing.assert_close(model(z).log_prob(x), truth, rtol=1e-12, atol=1e-12)
    assert isinstance(model(z), Likelihood)


def test_draws_have_the_mean_and_the_variance_of_the_likelihood() -> None:
    model = decoder()
    with seeded(2), torch.no_grad():
        x = model(torch.ones(100_000, 2).double()).sample()
    torch.testing.assert_close(x.mean(0), model.w.detach().sum(1) + model.mean.detach(), rtol=0, atol=0.01)
    torch.testing.assert_close(x.T.cov(correction=0), 0.3 * torch.eye(5).double(), rtol=0, atol=0.01)


def test_the_encoder_is_affine_with_scales_of_its_own() -> None:
    with seeded(3):
        encoder, x = LinearEncoder(5, 2), torch.randn(4, 5)
        encoder.log_scale.data = torch.tensor([0.5, -1.0])
    q = encoder(x)
    assert isinstance(q, Posterior)
    at_zero = encoder(torch.zeros(4, 5)).mean
    torch.testing.assert_close(encoder(2 * x).mean - at_zero, 2 * (q.mean - at_zero))
    truth = Normal(q.mean, torch.tensor([0.5, -1.0]).exp()).log_prob(q.mean + 0.1).sum(1)
    torch.testing.assert_close(q.log_prob(q.mean + 0.1), truth)


def test_closed_form_and_sampled_bound_agree_in_the_mean() -> None:
    with seeded(4):
        encoder, model, x = LinearEncoder(5, 2).double(), decoder(), torch.randn(3, 5).double()
        closed = VAE(encoder, model, StandardNormal(2).double(), gaussian_kl)
        sampled = VAE(encoder, model, StandardNormal(2).double())
        with torch.no_grad():
            a = torch.stack([closed.elbo(x) for _ in range(4000)])
            b = sampled.log_weights(x, 4000)
    error = (a.var(0) / len(a) + b.var(0) / len(b)).sqrt()
    assert ((a.mean(0) - b.mean(0)).abs() < 5 * error).all()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: LinearDecoder(torch.zeros(3), torch.zeros(3)), "one column a latent"),
        (lambda: LinearDecoder(torch.zeros(3, 2).long(), torch.zeros(3)), "floating"),
        (lambda: LinearDecoder([[1.0]], torch.zeros(1)), "floating"),
        (lambda: LinearDecoder(torch.zeros(3, 2), torch.zeros(2)), "mean has shape"),
        (lambda: LinearDecoder(torch.zeros(3, 2), torch.zeros(3), 0.0), "positive"),
        (lambda: LinearDecoder(torch.zeros(3, 2), torch.zeros(3), math.nan), "positive"),
        (lambda: decoder()(torch.zeros(4, 3).double()), "z has shape"),
        (lambda: LinearEncoder(0, 2), "dim is 0"),
        (lambda: LinearEncoder(2, 2)(torch.zeros(4, 3)), "x has shape"),
    ],
)
def test_bad_input_gets_one_sentence(call, words: str) -> None:
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call()
    assert "expected" in str(caught.value) and "\n" not in str(caught.value)
