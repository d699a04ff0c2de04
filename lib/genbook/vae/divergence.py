"""The second term of the bound, KL(q(z | x) || p(z)): from the draw itself, or in closed form between Gaussians."""

from typing import Any

from torch import Tensor

from genbook.protocols import HasLogProb
from genbook.vae.gaussian import DiagonalGaussian


def monte_carlo_kl(q: Any, prior: HasLogProb, z: Tensor, log_q: Tensor) -> Tensor:
    """Return log q(z | x) - log p(z) at one draw z (B, K) a row: unbiased for the divergence, in nats, shape (B,).

    Single values may be negative; only their mean is a divergence.
    """
    return log_q - prior.log_prob(z)


def gaussian_kl(q: DiagonalGaussian, prior: Any, z: Tensor | None = None, log_q: Tensor | None = None) -> Tensor:
    """Return KL(q || prior) of Gaussians with independent coordinates in nats, shape (B,): no draw is looked at.

    `prior` has `mean` and `log_scale`, (K,) or (B, K) (Kingma & Welling 2014, appendix B, for a standard normal).

    >>> import torch
    >>> from genbook.vae import StandardNormal
    >>> gaussian_kl(DiagonalGaussian(torch.ones(1, 2), torch.zeros(1, 2)), StandardNormal(2))
    tensor([1.])
    """
    return kl_per_latent(q, prior).sum(-1)


def kl_per_latent(q: DiagonalGaussian, prior: Any) -> Tensor:
    """Return the divergence of every latent variable by itself in nats, shape (B, K); they sum to `gaussian_kl`."""
    shift = (q.mean - prior.mean) * (-prior.log_scale).exp()
    log_ratio = q.log_scale - prior.log_scale
    return 0.5 * ((2 * log_ratio).exp() + shift.square() - 1) - log_ratio
