"""The bound on a linear-Gaussian model, where evidence and posterior are known; and models with the usual mistakes."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import MultivariateNormal, kl_divergence

from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded
from genbook.vae import VAE, DiagonalGaussian, FactorizedDecoder, GaussianEncoder, StandardNormal, Terms, gaussian_kl
from genbook.vae.linear import LinearDecoder
from genbook.vae.ppca import PPCA

DRAWS = 4000


class Line(nn.Module):
    """q(z | x) = N(z; V x, diag(scale^2)), any V and scales."""

    def __init__(self, v: Tensor, log_scale: Tensor) -> None:
        super().__init__()
        self.v, self.log_scale = v, log_scale

    def forward(self, x: Tensor) -> DiagonalGaussian:
        return DiagonalGaussian(x @ self.v.T, self.log_scale.expand(len(x), -1))


def world() -> tuple[LinearDecoder, StandardNormal, Line, Tensor]:
    """A decoder from two latents to four variables, an encoder that is off, and data."""
    with seeded(0):
        decoder = LinearDecoder(torch.randn(4, 2).double(), torch.zeros(4).double(), 0.5)
        encoder = Line(0.3 * torch.randn(2, 4).double(), torch.tensor([-1.5, -1.8]).double())
        return decoder, StandardNormal(2).double(), encoder, torch.randn(6, 4).double()


def exact_gap(decoder: LinearDecoder, encoder: Line, x: Tensor) -> Tensor:
    """Return KL(q(z | x) || p(z | x)) by torch.distributions from the formulas of Bayes, shape (B,)."""
    precision = torch.eye(2).double() + decoder.w.T @ decoder.w / 0.5
    covariance = torch.linalg.inv(precision)
    posterior = MultivariateNormal(x @ decoder.w @ covariance / 0.5, covariance)
    q = encoder(x)
    return kl_divergence(MultivariateNormal(q.mean, torch.diag_embed(q.scale**2)), posterior).detach()


def evidence(decoder: LinearDecoder, x: Tensor) -> Tensor:
    """Return log N(x; 0, W W^T + variance I), shape (B,)."""
    covariance = decoder.w @ decoder.w.T + 0.5 * torch.eye(4).double()
    return MultivariateNormal(torch.zeros(4).double(), covariance).log_prob(x).detach()


def violation(model: VAE) -> float:
    """Return how many standard errors E[elbo] + KL(q || posterior) lies off log p(x), at the worst x."""
    decoder, _, encoder, x = world()
    with seeded(1), torch.no_grad():
        values = torch.stack([model.elbo(x) for _ in range(DRAWS)])  # (n, B)
    off = values.mean(0) + exact_gap(decoder, encoder, x) - evidence(decoder, x)
    return (off / (values.std(0) / DRAWS**0.5)).abs().max().item()


@pytest.mark.parametrize("divergence", [(), (gaussian_kl,)], ids=["drawn", "closed form"])
def test_the_gap_is_the_divergence_from_the_posterior(divergence: tuple) -> None:
    decoder, prior, encoder, _ = world()
    assert violation(VAE(encoder, decoder, prior, *divergence)) < 4.5


class VarianceAsScale(VAE):
    """Draws with exp(logvar) where exp(logvar / 2) belongs."""

    def terms(self, x: Tensor) -> Terms:
        q = self.encoder(x)
        z = q.mean + q.scale**2 * torch.randn_like(q.mean)
        return Terms(self.decoder(z).log_prob(x), gaussian_kl(q, self.prior))


class OverTheBatch(VAE):
    """Subtracts the divergence of the whole batch from every row."""

    def terms(self, x: Tensor) -> Terms:
        log_likelihood, kl = super().terms(x)
        return Terms(log_likelihood, kl.sum().expand_as(kl))


class MeanOverLatents(VAE):
    """Takes the mean over latents where the sum belongs."""

    def terms(self, x: Tensor) -> Terms:
        log_likelihood, kl = super().terms(x)
        return Terms(log_likelihood, kl / self.prior.mean.numel())


class MeanOverVariables(VAE):
    """Takes the mean over variables where the sum belongs."""

    def terms(self, x: Tensor) -> Terms:
        log_likelihood, kl = super().terms(x)
        return Terms(log_likelihood / x.shape[1], kl)


class NoEntropy(VAE):
    """Forgets log q."""

    def terms(self, x: Tensor) -> Terms:
        z, _ = self.encoder(x).draw(1)
        return Terms(self.decoder(z[0]).log_prob(x), -self.prior.log_prob(z[0]))


@pytest.mark.parametrize("broken", [VarianceAsScale, OverTheBatch, MeanOverLatents, MeanOverVariables, NoEntropy])
def test_the_usual_mistakes_break_the_identity(broken: type[VAE]) -> None:
    decoder, prior, encoder, _ = world()
    assert violation(broken(encoder, decoder, prior, gaussian_kl)) > 10


def test_at_the_exact_posterior_every_draw_gives_the_evidence() -> None:
    decoder, prior, _, x = world()
    truth = PPCA(decoder)
    model = VAE(truth.posterior, decoder, prior)
    weights = model.log_weights(x, 50)
    torch.testing.assert_close(weights, truth.log_prob(x).expand(50, -1), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(model.elbo(x), evidence(decoder, x), rtol=1e-9, atol=1e-9)


def test_the_weights_average_to_the_evidence() -> None:
    decoder, prior, encoder, x = world()
    wide = Line(encoder.v, torch.zeros(2).double())
    with seeded(2), torch.no_grad():
        weights = VAE(wide, decoder, prior).log_weights(x, 200_000)
    found = weights.logsumexp(0) - torch.tensor(200_000.0).log()
    torch.testing.assert_close(found, evidence(decoder, x), atol=0.05, rtol=0)


def test_samples_have_the_covariance_of_the_marginal() -> None:
    decoder, prior, encoder, _ = world()
    with seeded(3):
        x = VAE(encoder, decoder, prior).sample(100_000)
    expected = decoder.w @ decoder.w.T + 0.5 * torch.eye(4).double()
    torch.testing.assert_close(x.T.cov(), expected.detach(), atol=0.06, rtol=0.02)


def small() -> VAE:
    """A VAE over five bits."""
    decoder = FactorizedDecoder(MLP(2, (8,), 5), Bernoulli(), (5,))
    return VAE(GaussianEncoder(MLP(5, (8,), 4)), decoder, StandardNormal(2), gaussian_kl)


def test_the_loss_is_the_mean_of_minus_the_bound() -> None:
    with seeded(0):
        model, x = small(), torch.randint(2, (6, 5)).float()
    values = []
    for measure in (lambda: model.loss(x), lambda: -model.elbo(x).mean()):
        with seeded(1):
            values.append(measure())
    torch.testing.assert_close(*values)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda model: model.elbo(torch.full((2, 5), 0.5)), "x holds 0.5"),
        (lambda model: model.elbo(torch.zeros(2, 4)), r"x has shape \(2, 4\)"),
        (lambda model: model.log_weights(torch.zeros(2, 5), 0), "n is 0"),
        (lambda model: model.sample(-1), "n is -1"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call: Callable[[VAE], Tensor], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call(small())
