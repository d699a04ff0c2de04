"""beta-VAE: the two terms of the bound weighed against each other, and what no weight can decide."""

from dataclasses import dataclass
from math import isfinite
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from genbook.vae.parts import Decoder, Likelihood, Posterior
from genbook.vae.vae import VAE


class RateDistortion(NamedTuple):
    """Nats that the latent variables carry, and nats that the image still costs: their sum is -elbo.

    rate: KL(q(z | x) || p(z)); distortion: -E[log p(x | z)].
    """

    rate: Tensor
    distortion: Tensor


def rate_distortion(model: VAE, x: Tensor) -> RateDistortion:
    """Return rate and distortion of every row at one draw of z, each (B,) in nats (Alemi et al. 2018, eqs. 3 and 4)."""
    terms = model.terms(x)
    return RateDistortion(terms.kl, -terms.log_likelihood)


def beta_loss(model: VAE, x: Tensor, beta: float) -> Tensor:
    """Return the mean of distortion + beta * rate in nats an example, shape () (Higgins et al. 2017, eq. 4).

    At beta = 1 this is `model.loss`. Above 1 its negative is still a lower bound on log p(x), a looser one; below 1 it
    is none.

    Raises:
        ValueError: beta is negative or not finite.
    """
    if not (beta >= 0 and isfinite(beta)):
        raise ValueError(f"beta is {beta}, expected a finite number of at least 0 (1 is the plain bound).")
    rate, distortion = rate_distortion(model, x)
    return (distortion + beta * rate).mean()


def rotated(model: VAE, rotation: Tensor) -> VAE:
    """Return a VAE whose latent variables are z' = rotation @ z: the same model of x under other names.

    The prior has to be unchanged by rotations, as N(0, I) is. Then log p(x), the bound and the importance weights are
    those of `model`, while every z'_j mixes what the z_j stood for (the argument of Locatello et al. 2019, theorem 1).
    Networks are shared with `model`; the divergence is taken from draws, because the posterior is no longer diagonal.

    Raises:
        ValueError: the matrix is not square, or not orthogonal.
    """
    square = rotation.dim() == 2 and rotation.shape[0] == rotation.shape[1]
    if not square or not torch.allclose(rotation @ rotation.T, torch.eye(len(rotation)).to(rotation), atol=1e-4):
        raise ValueError(
            f"rotation has shape {tuple(rotation.shape)} and is not orthogonal, expected (K, K) with R R^T = I: "
            "take Q of a QR factorisation."
        )
    return VAE(_RotatedEncoder(model.encoder, rotation), _RotatedDecoder(model.decoder, rotation), model.prior)


@dataclass(frozen=True)
class _RotatedPosterior:
    posterior: Posterior
    rotation: Tensor

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Rotate the draws; a rotation changes no volume, so their densities stay."""
        z, log_q = self.posterior.draw(n)  # (n, B, K), (n, B)
        return z @ self.rotation.T, log_q


class _RotatedEncoder(nn.Module):
    def __init__(self, encoder: Any, rotation: Tensor) -> None:
        super().__init__()
        self.encoder = encoder
        self.register_buffer("rotation", rotation)

    def forward(self, x: Tensor) -> _RotatedPosterior:
        return _RotatedPosterior(self.encoder(x), self.rotation)


class _RotatedDecoder(nn.Module):
    def __init__(self, decoder: Decoder, rotation: Tensor) -> None:
        super().__init__()
        self.decoder, self.shape, self.check = decoder, decoder.shape, decoder.check
        self.register_buffer("rotation", rotation)

    def forward(self, z: Tensor) -> Likelihood:
        return self.decoder(z @ self.rotation)  # R^T z' = z, row by row
