"""Gaussians with independent coordinates: the usual posterior."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.nn.outputs.gaussian import log_normal

LIMIT = 7.0  # of |log scale|: exp(7) is about 1,100 and exp(-7) about 0.001 of a prior's standard deviation


@dataclass(frozen=True)
class DiagonalGaussian:
    """N(z; mean, diag(scale^2)), one for every x of a batch: mean and log_scale have shape (B, K).

    `log_scale` is the logarithm of a standard deviation, not of a variance.

    >>> q = DiagonalGaussian(torch.zeros(1, 2), torch.zeros(1, 2))
    >>> q.log_prob(torch.zeros(1, 2)).item() == -torch.tensor(2 * torch.pi).log().item()
    True
    """

    mean: Tensor
    log_scale: Tensor

    @property
    def scale(self) -> Tensor:
        """The standard deviations, shape (B, K)."""
        return self.log_scale.exp()

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n draws mean + scale * eps for each x, (n, B, K), and their log-density in nats, (n, B)."""
        eps = torch.randn(n, *self.mean.shape, dtype=self.mean.dtype, device=self.mean.device)
        z = self.mean + self.scale * eps  # (n, B, K)
        return z, self.log_prob(z)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log q(z | x) in nats: (..., B, K) -> (..., B)."""
        return log_normal(z, self.mean, self.log_scale).sum(-1)

    def detach(self) -> "DiagonalGaussian":
        """Return the same distribution with parameters through which no gradient flows."""
        return DiagonalGaussian(self.mean.detach(), self.log_scale.detach())


class GaussianEncoder(nn.Module):
    """q(z | x) = N(mean(x), diag(scale(x)^2)) from a network (B, *shape) -> (B, 2 K) (Kingma & Welling 2014, eq. 9).

    `embed` scales the data for the network: usually the `embed` of the decoder's output. log_scale is kept within
    LIMIT of zero, so that no density overflows.
    """

    def __init__(self, network: nn.Module, embed: Callable[[Tensor], Tensor] = nn.Identity()) -> None:  # noqa: B008
        """Keep the network, whose two halves of a row are means and log scales."""
        super().__init__()
        self.network, self.embed = network, embed

    def forward(self, x: Tensor) -> DiagonalGaussian:
        """Return q(z | x) for every row of x."""
        mean, log_scale = self.network(self.embed(x)).chunk(2, -1)
        return DiagonalGaussian(mean, log_scale.clamp(-LIMIT, LIMIT))
