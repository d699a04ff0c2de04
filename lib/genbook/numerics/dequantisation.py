"""Densities for whole numbers: noise turns counting into volume, and a density into a bound on a probability."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_batch, check_levels


def dequantise(x: Tensor, u: Tensor, levels: int) -> Tensor:
    """Return (x + u) / levels in [0, 1]: every whole number of {0, ..., levels - 1} spread over a cell of its own.

    `u` has the shape of `x` and lies in [0, 1): uniform numbers, or draws from a learned q(u | x).

    >>> dequantise(torch.tensor([[0.0, 3.0]]), torch.tensor([[0.5, 0.5]]), levels=4)
    tensor([[0.1250, 0.8750]])
    """
    check_batch(x, x.shape[1:])
    if u.shape != x.shape:
        raise ValueError(
            f"u has shape {tuple(u.shape)} and x {tuple(x.shape)}, expected one number for every entry of x."
        )
    return (x + u) / levels


def dequantised_log_prob(log_density: Callable[[Tensor], Tensor], x: Tensor, u: Tensor, levels: int) -> Tensor:
    """Return log q((x + u) / levels) - D log levels in nats, (B, *event) -> (B,): an unbiased estimate of a bound.

    Let P(x) be the mass that the density q on [0, 1]^D puts on the cell of x. Then for uniform u, by Jensen's
    inequality, the mean of this over u is at most log P(x) (Theis et al. 2016). Without the noise q could
    grow without bound at the whole numbers.

    Raises:
        TypeError, ValueError: x is not a batch of whole numbers in {0, ..., levels - 1}, or u has another shape.
    """
    check_batch(x, x.shape[1:])
    check_levels(x, levels)
    return log_density(dequantise(x, u, levels)) - math.prod(x.shape[1:]) * math.log(levels)


def uniform_log_prob(y: Tensor) -> Tensor:
    """Return the log-density of the uniform distribution on [0, 1]^D: 0 inside, -inf outside, (B, *event) -> (B,)."""
    inside = ((y >= 0) & (y <= 1)).flatten(1).all(1)
    return torch.where(inside, 0.0, -math.inf).to(y)
