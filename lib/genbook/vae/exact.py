"""Evidence and posterior of models with one or two latents, by quadrature: the truth that a bound is held to."""

import math

import torch
from torch import Tensor

from genbook.checks import check_batch
from genbook.vae.parts import Decoder, Prior


def log_joint(decoder: Decoder, prior: Prior, x: Tensor, z: Tensor) -> Tensor:
    """Return log p(x, z) of every x (B, *shape) with every z (N, K) in nats, shape (B, N).

    Raises:
        TypeError, ValueError: x or z has a wrong shape or dtype.
    """
    check_batch(x, decoder.shape)
    check_batch(z, z.shape[1:2] if isinstance(z, Tensor) else (), "z")
    given = decoder(z)
    log_likelihood = [given.log_prob(row.expand(len(z), *row.shape)) for row in x]
    return torch.stack(log_likelihood) + prior.log_prob(z)


def log_evidence(decoder: Decoder, prior: Prior, x: Tensor, z: Tensor, cell: float) -> Tensor:
    """Return log p(x) = log sum_n p(x, z_n) cell in nats: (B, *shape) -> (B,); z (N, K) are midpoints of cells.

    >>> from genbook.numerics import grid
    >>> from genbook.vae import StandardNormal
    >>> from genbook.vae.linear import LinearDecoder
    >>> decoder = LinearDecoder(torch.ones(1, 1).double(), torch.zeros(1).double())  # so x ~ N(0, 2)
    >>> exact = log_evidence(decoder, StandardNormal(1), torch.zeros(1, 1).double(), *grid([-9.0], [9.0], 300))
    >>> round(exact.item(), 6), round(-0.5 * math.log(4 * math.pi), 6)
    (-1.265512, -1.265512)
    """
    return log_joint(decoder, prior, x, z).logsumexp(1) + math.log(cell)


def log_posterior(decoder: Decoder, prior: Prior, x: Tensor, z: Tensor, cell: float) -> Tensor:
    """Return log p(z | x) at every point of the grid in nats, shape (B, N): Bayes' rule with the evidence as above."""
    joint = log_joint(decoder, prior, x, z)  # (B, N)
    return joint - joint.logsumexp(1, keepdim=True) - math.log(cell)
