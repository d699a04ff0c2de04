"""Learned priors: normalised, in agreement with their samples; a mixture per dimension is caught."""

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

from genbook.autoregressive import MADE
from genbook.nn import MLP, MaskedMLP
from genbook.nn.outputs import Bernoulli, GaussianMixture
from genbook.numerics import grid, integrate, seeded
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, MixtureOfGaussians, Prior, VampPrior

BOX = ([-12.0, -12.0], [12.0, 12.0])


def mixture() -> MixtureOfGaussians:
    """Four parts of unequal weights and scales."""
    with seeded(0):
        prior = MixtureOfGaussians(2, 4, spread=2.0)
        prior.logits.data = torch.randn(4)
        prior.log_scale.data = 0.4 * torch.randn(4, 2)
    return prior


def vamp() -> VampPrior:
    """Three pseudo-inputs of five values."""
    with seeded(1):
        return VampPrior(GaussianEncoder(MLP(5, (8,), 4)), 3 * torch.randn(3, 5))


def autoregressive() -> MADE:
    """A MADE with Gaussian mixtures: a prior that was made for another chapter."""
    with seeded(2):
        output = GaussianMixture(3)
        return MADE(MaskedMLP(2, (16,), output.size), output)


class PerDimension(MixtureOfGaussians):
    """The slip: log-sum-exp over parts in every dimension by itself, which is another distribution."""

    def log_prob(self, z: Tensor) -> Tensor:
        parts = self.parts()
        each = Normal(parts.mean, parts.scale).log_prob(z.unsqueeze(1))  # (B, C, K)
        return (self.logits.log_softmax(0)[:, None] + each).logsumexp(1).sum(-1)


class Unweighted(MixtureOfGaussians):
    """The slip: the weights are left out, and the density integrates to the number of parts."""

    def log_prob(self, z: Tensor) -> Tensor:
        parts = self.parts()
        return Normal(parts.mean, parts.scale).log_prob(z.unsqueeze(1)).sum(-1).logsumexp(1)


def disagreement(prior: Prior) -> float:
    """Return the total variation between the histogram of 20,000 samples and the mass of the density, cell by cell."""
    points, area = grid(*BOX, 480)
    with seeded(3), torch.no_grad():
        mass = prior.log_prob(points.float()).double().exp().view(24, 20, 24, 20).sum((1, 3)) * area  # (24, 24)
        z = prior.sample(20_000).double()
    counts = torch.histogramdd(z, bins=[24, 24], range=[-12.0, 12.0, -12.0, 12.0]).hist
    return (counts / 20_000 - mass).abs().sum().item() / 2


PRIORS = [mixture, vamp, autoregressive]


@pytest.mark.parametrize("build", PRIORS)
def test_a_prior_keeps_the_protocol(build) -> None:
    assert isinstance(build(), Prior) and build().measure == "lebesgue"


@pytest.mark.parametrize("build", PRIORS)
def test_a_prior_integrates_to_one(build) -> None:
    assert integrate(lambda z: build().log_prob(z.float()), *BOX) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("build", PRIORS)
def test_samples_follow_the_density(build) -> None:
    assert disagreement(build()) < 0.04


def test_a_mixture_per_dimension_integrates_to_one_and_is_caught_by_its_samples() -> None:
    slip = PerDimension(2, 4)
    slip.load_state_dict(mixture().state_dict())
    assert integrate(lambda z: slip.log_prob(z.float()), *BOX) == pytest.approx(1, abs=1e-3)
    assert disagreement(slip) > 0.2


def test_a_mixture_without_weights_is_caught_by_its_integral() -> None:
    assert integrate(lambda z: Unweighted(2, 4).log_prob(z.float()), *BOX) == pytest.approx(4, abs=1e-2)


def test_the_mixture_is_that_of_torch() -> None:
    prior = mixture()
    parts = Independent(Normal(prior.mean, prior.log_scale.exp()), 1)
    with seeded(4):
        z = 3 * torch.randn(20, 2)
    expected = MixtureSameFamily(Categorical(logits=prior.logits), parts).log_prob(z)
    torch.testing.assert_close(prior.log_prob(z), expected)


def test_the_vamp_prior_is_the_mean_of_the_encoders_views() -> None:
    prior = vamp()
    with seeded(4):
        z = torch.randn(20, 2)
    each = [prior.encoder(u[None]).log_prob(z[:, None])[:, 0].exp() for u in prior.pseudo_inputs]
    torch.testing.assert_close(prior.log_prob(z).exp(), torch.stack(each).mean(0))


def test_encoder_and_pseudo_inputs_both_learn_from_the_vamp_prior() -> None:
    prior = vamp()
    prior.log_prob(torch.zeros(1, 2)).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in prior.parameters())


@pytest.mark.parametrize("build", PRIORS)
def test_any_prior_joins_a_vae(build) -> None:
    with seeded(5):
        prior = build()
        encoder = prior.encoder if isinstance(prior, VampPrior) else GaussianEncoder(MLP(5, (8,), 4))
        model = VAE(encoder, FactorizedDecoder(MLP(2, (8,), 5), Bernoulli(), (5,)), prior)
        model.loss(torch.zeros(4, 5)).backward()
    assert all(p.grad is not None for p in model.parameters())
    assert model.sample(3).shape == (3, 5)


def test_the_shared_encoder_of_a_vamp_prior_is_kept_once() -> None:
    prior = vamp()
    model = VAE(prior.encoder, FactorizedDecoder(nn.Linear(2, 5), Bernoulli(), (5,)), prior)
    parts = (prior.encoder, model.decoder)
    expected = sum(p.numel() for part in parts for p in part.parameters()) + prior.pseudo_inputs.numel()
    assert sum(p.numel() for p in model.parameters()) == expected


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda: MixtureOfGaussians(0, 3), "latents is 0"),
        (lambda: MixtureOfGaussians(2, 2.5), "components is 2.5"),
        (lambda: MixtureOfGaussians(2, 3, spread=-1.0), "spread is -1.0"),
        (lambda: mixture().log_prob(torch.zeros(3, 5)), r"z has shape \(3, 5\)"),
        (lambda: mixture().sample(0), "n is 0"),
        (lambda: vamp().log_prob(torch.zeros(3, 5)), r"z has shape \(3, 5\)"),
        (lambda: VampPrior(nn.Identity(), torch.zeros(0, 5)), "pseudo_inputs is an empty batch"),
        (lambda: VampPrior(nn.Identity(), [1.0]), "pseudo_inputs is a list"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call()
