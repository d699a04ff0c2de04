"""Gaussian models with a known evidence, and the bound of a trained model, as the checks on VAEs measure them."""

import torch
from torch import Tensor
from torch.distributions import Bernoulli, Independent, MultivariateNormal, Normal, kl_divergence

from genbook.data import digits
from genbook.grading.truth.draws import normal
from genbook.grading.truth.values import network_from
from genbook.nn import MLP

LATENTS, WIDTH = 8, 128


def diagonal(mean: Tensor, log_precision: Tensor) -> Independent:
    """Return N(mean, diag exp(-log_precision))."""
    return Independent(Normal(mean, (-0.5 * log_precision).exp()), 1)


def divergence(mean: Tensor, log_precision: Tensor) -> Tensor:
    """Return KL(q || N(0, I))."""
    zero = torch.zeros_like(mean)
    return kl_divergence(diagonal(mean, log_precision), diagonal(zero, zero))


def linear_world(rng: torch.Generator, k: int, diagonal: bool = False) -> tuple[Tensor, Tensor, Tensor]:
    """Return W (D, K), b (D,), tau (D,); with `diagonal` the posterior's precision is diagonal."""
    weight, bias, tau = normal(rng, k + 2, k), normal(rng, k + 2), (0.5 * normal(rng, k + 2)).exp()
    if diagonal:
        weight = (
            torch.linalg.qr(weight).Q * (0.5 + torch.rand(k, generator=rng, dtype=torch.float64)) / tau.sqrt()[:, None]
        )
    return weight, bias, tau


def posterior(x: Tensor, weight: Tensor, bias: Tensor, tau: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (B, K) and precision (K, K) of p(z | x)."""
    precision = torch.eye(weight.shape[1], dtype=torch.float64) + weight.T @ (tau[:, None] * weight)
    return torch.linalg.solve(precision, ((x - bias) * tau) @ weight, left=False), precision


def log_evidence(x: Tensor, weight: Tensor, bias: Tensor, tau: Tensor) -> Tensor:
    """Return log p(x) of the linear model in nats."""
    return MultivariateNormal(bias, weight @ weight.T + torch.diag(1 / tau)).log_prob(x)


def negative_elbo_of(weights: object, rng: torch.Generator, draws: int = 10) -> float:
    """Return the negative bound of trained weights on the test digits in nats an image, `draws` draws for each.

    The model is built here: a factorised Bernoulli over 64 pixels given z is normalised whatever the weights are.
    """
    encoder = network_from(weights, MLP(64, (WIDTH,), 2 * LATENTS), "encoder.")
    decoder = network_from(weights, MLP(LATENTS, (WIDTH,), 64), "decoder.")
    x = digits(binary=True).test.x.double()
    mean, log_precision = encoder(x).chunk(2, -1)
    z = mean + (-0.5 * log_precision).exp() * normal(rng, draws, *mean.shape)
    log_p_x_z = Bernoulli(logits=decoder(z.flatten(0, 1)).view(draws, *x.shape)).log_prob(x).sum(-1).mean(0)
    return (divergence(mean, log_precision) - log_p_x_z).mean().item()
