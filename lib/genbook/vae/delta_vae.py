"""Delta-VAE: a prior that no posterior of the family can match, so that the rate has a floor (Razavi et al. 2019)."""

import math

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.nn.outputs.gaussian import log_normal
from genbook.protocols import Measure
from genbook.vae.gaussian import DiagonalGaussian


class AR1(nn.Module):
    """z_1 ~ N(0, 1), z_t = alpha z_{t-1} + sqrt(1 - alpha^2) eps_t, in `channels` independent copies.

    Every z_t is a standard normal, neighbours correlate by alpha (Razavi et al. 2019, section 2.2). A vector z (B, K),
    K = channels * length, holds the copies one after the other: z.view(B, channels, length).

    Raises:
        TypeError, ValueError: alpha is not above -1 and below 1, or a size is no whole number of at least 1.

    >>> prior = AR1(0.8, length=8, channels=2)
    >>> prior.sample(3).shape, round(prior.floor, 2)
    (torch.Size([3, 16]), 3.99)
    """

    measure: Measure = "lebesgue"

    def __init__(self, alpha: float, length: int, channels: int = 1) -> None:
        """Keep the correlation as a buffer: it is no parameter, or training would lower the floor."""
        super().__init__()
        check_count(length, "length")
        check_count(channels, "channels")
        if not -1.0 < alpha < 1.0:
            raise ValueError(f"alpha is {alpha}, expected a correlation between -1 and 1.")
        self.length, self.channels = length, channels
        self.register_buffer("alpha", torch.tensor(float(alpha)))

    @property
    def floor(self) -> float:
        """The least KL(q || prior) of any q with independent coordinates, in nats: of all channels together."""
        return self.channels * ar1_floor(self.alpha.item(), self.length)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats: (B, K) -> (B,)."""
        check_batch(z, (self.channels * self.length,), "z")
        z = z.unflatten(1, (self.channels, self.length))
        first, rest, before = z[..., 0], z[..., 1:], z[..., :-1]
        log_scale = 0.5 * torch.log1p(-self.alpha.square())
        log_rest = log_normal(rest, self.alpha * before, log_scale).sum((1, 2))
        return log_rest + log_normal(first, torch.zeros_like(first), torch.zeros_like(log_scale)).sum(1)

    def sample(self, n: int) -> Tensor:
        """Draw n latent vectors, shape (n, K)."""
        check_count(n)
        eps = torch.randn(self.length, n, self.channels, dtype=self.alpha.dtype, device=self.alpha.device)
        z = [eps[0]]
        for eps_t in eps[1:]:
            z.append(self.alpha * z[-1] + (1 - self.alpha.square()).sqrt() * eps_t)
        return torch.stack(z, 2).flatten(1)  # (n, channels, length) flattened

    def precision(self) -> Tensor:
        """Return the inverse covariance of one channel, (length, length): tridiagonal."""
        inner = torch.ones_like(self.alpha).repeat(self.length)
        inner[1:-1] += self.alpha.square()
        if self.length == 1:
            return torch.diag(inner)
        side = -self.alpha.repeat(self.length - 1)
        return (torch.diag(inner) + side.diag(1) + side.diag(-1)) / (1 - self.alpha.square())


def ar1_kl(q: DiagonalGaussian, prior: AR1, z: Tensor | None = None, log_q: Tensor | None = None) -> Tensor:
    """Return KL(q || AR(1)) of a Gaussian with independent coordinates in nats, (B,): no draw is looked at.

    1/2 [tr(P S) + m^T P m - n - log det P - log det S] a channel, with P the precision of the prior, m and S mean and
    covariance of q: the closed form to pass to `VAE(..., divergence=ar1_kl)`.
    """
    p = prior.precision()
    channels = (prior.channels, prior.length)
    mean, log_scale = q.mean.unflatten(-1, channels), q.log_scale.unflatten(-1, channels)  # (B, channels, length)
    trace = ((2 * log_scale).exp() * p.diagonal()).sum(-1)
    log_det_p = -(prior.length - 1) * torch.log1p(-prior.alpha.square())
    each = trace + (mean @ p * mean).sum(-1) - prior.length - log_det_p - 2 * log_scale.sum(-1)
    return 0.5 * each.sum(-1)


def ar1_floor(alpha: float, length: int) -> float:
    """Return min over q of KL(q || AR(1)) for q with independent coordinates, one channel, in nats.

    1/2 [(length - 2) log(1 + alpha^2) - log(1 - alpha^2)], at mean 0 and variances 1 / P_tt
    (Razavi et al. 2019, section 2.2); 0 for a single coordinate.

    >>> ar1_floor(0.0, 10), round(ar1_floor(0.9, 16), 3)
    (0.0, 4.984)
    """
    check_count(length, "length")
    if not -1.0 < alpha < 1.0:
        raise ValueError(f"alpha is {alpha}, expected a correlation between -1 and 1.")
    if length == 1:
        return 0.0
    return 0.5 * ((length - 2) * math.log1p(alpha**2) - math.log1p(-(alpha**2)))


def fixed_variance_floor(scale: float, latents: int) -> float:
    """Return the least KL(N(m, scale^2 I) || N(0, I)) over all m in nats: the trivial way to commit a rate.

    latents / 2 (scale^2 - 1 - log scale^2), at m = 0 (Razavi et al. 2019, section 2.1).

    >>> fixed_variance_floor(1.0, 4), round(fixed_variance_floor(0.5, 1), 4)
    (0.0, 0.3181)
    """
    check_count(latents, "latents")
    if not 0.0 < scale < float("inf"):
        raise ValueError(f"scale is {scale}, expected a positive standard deviation.")
    return latents * (0.5 * (scale**2 - 1) - math.log(scale))
