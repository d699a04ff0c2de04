"""Autoencoders: a code, and what can be rebuilt from it; trained on what has been spoiled, they learn to repair."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_batch


def squared_error(x_hat: Tensor, x: Tensor) -> Tensor:
    """Return |x - x_hat|^2 of every row, (B, *shape) -> (B,): -log N(x; x_hat, I/2) in nats up to a constant."""
    return (x - x_hat).square().flatten(1).sum(1)


def cross_entropy(logits: Tensor, x: Tensor) -> Tensor:
    """Return -log p(x) of independent bits with these logits in nats, (B, *shape) -> (B,); x holds 0 and 1."""
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1).sum(1)


@dataclass(frozen=True)
class GaussianNoise:
    """Adds noise of standard deviation `scale` to every value."""

    scale: float

    def __post_init__(self) -> None:
        """Refuse a scale that is none."""
        if not 0 <= self.scale < float("inf"):
            raise ValueError(f"scale is {self.scale}, expected a finite number of at least 0.")

    def __call__(self, x: Tensor) -> Tensor:
        """Return a spoiled copy of x."""
        return x + self.scale * torch.randn_like(x)


@dataclass(frozen=True)
class Masking:
    """Sets each value to `blank` with probability `share` (Vincent et al. 2008, section 2.3)."""

    share: float
    blank: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a share that is none."""
        if not 0 <= self.share <= 1:
            raise ValueError(f"share is {self.share}, expected a probability from 0 to 1.")

    def __call__(self, x: Tensor) -> Tensor:
        """Return a spoiled copy of x."""
        return x.masked_fill(torch.rand_like(x) < self.share, self.blank)


class Autoencoder(nn.Module):
    """A code z = encoder(x) and a reconstruction decoder(z); no distribution over z, hence no density and no samples.

    `corrupt` spoils what the encoder sees in training; the error is always taken to the clean x, so that with noise it
    is a denoising autoencoder (Vincent et al. 2008, section 2.3). `error(x_hat, x)` gives one number a row:
    `squared_error`, or `cross_entropy` where the decoder gives the logits of bits.

    >>> model = Autoencoder(nn.Linear(5, 2), nn.Linear(2, 5), (5,), corrupt=Masking(0.3))
    >>> model(torch.zeros(3, 5)).shape, model.loss(torch.zeros(3, 5)).shape
    (torch.Size([3, 5]), torch.Size([]))
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        shape: Sequence[int],
        corrupt: Callable[[Tensor], Tensor] = nn.Identity(),  # noqa: B008
        error: Callable[[Tensor, Tensor], Tensor] = squared_error,
    ) -> None:
        """Keep the two networks, the shape of one x, and what happens to it in training."""
        super().__init__()
        self.encoder, self.decoder, self.shape = encoder, decoder, tuple(shape)
        self.corrupt, self.error = corrupt, error

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstruction x_hat of every row, (B, *shape); x is taken as it is.

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or the decoder returns another number of values.
        """
        check_batch(x, self.shape)
        x_hat = self.decoder(self.encoder(x))
        if x_hat.numel() != x.numel():
            raise ValueError(f"the decoder gives {tuple(x_hat.shape)}, expected as many values as x {tuple(x.shape)}.")
        return x_hat.reshape(x.shape)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean error of reconstructing x from a spoiled copy, in the unit of `error`, shape ()."""
        check_batch(x, self.shape)
        return self.error(self(self.corrupt(x)), x).mean()


def wiener_filter(spoiled: Tensor, mean: Tensor, covariance: Tensor, scale: float) -> Tensor:
    """Return the best linear estimate of x from spoiled = x + scale * eps, (B, D) -> (B, D).

    mean + C (C + scale^2 I)^-1 (spoiled - mean): also the best of all estimates if x is Gaussian (Wiener 1949).

    Raises:
        TypeError, ValueError: shapes do not fit.
    """
    check_batch(spoiled, mean.shape, "spoiled")
    check_batch(covariance, mean.shape, "covariance")
    noisy = covariance + scale**2 * torch.eye(len(mean), dtype=mean.dtype, device=mean.device)
    return mean + torch.linalg.solve(noisy, covariance @ (spoiled - mean).T).T  # the two matrices commute
