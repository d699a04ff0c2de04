"""The last step to whole numbers: what a slightly noisy image says about its grey levels."""

import math

import torch
from torch import Tensor


def to_unit(x: Tensor, levels: int) -> Tensor:
    """Return whole numbers 0, ..., levels - 1 as numbers from -1 to 1.

    >>> to_unit(torch.tensor([0.0, 8.0, 16.0]), 17)
    tensor([-1.,  0.,  1.])
    """
    return 2 * x / (levels - 1) - 1


def to_levels(y: Tensor, levels: int) -> Tensor:
    """Return the nearest whole number from 0 to levels - 1, the inverse of `to_unit`."""
    return ((y + 1) * (levels - 1) / 2).round().clamp(0, levels - 1)


def level_logits(z: Tensor, alpha: Tensor, sigma: Tensor, levels: int) -> Tensor:
    """Return log p(x | z) up to a constant, proportional to q(z | x) for every level x: (...) -> (..., levels).

    Bayes' rule with equal prior weights, every value for itself (Kingma et al. 2021); alpha and sigma multiply z.
    """
    values = to_unit(torch.arange(levels, device=z.device).to(z), levels)
    away = (z.unsqueeze(-1) - alpha.unsqueeze(-1) * values) / sigma.unsqueeze(-1)
    return -0.5 * away.square()


def level_log_prob(x: Tensor, z: Tensor, alpha: Tensor, sigma: Tensor, levels: int) -> Tensor:
    """Return log p(x | z) in nats, summed over the event: x and z (B, *event) -> (B,)."""
    log_p = level_logits(z, alpha, sigma, levels).log_softmax(-1)
    return log_p.gather(-1, x.long().unsqueeze(-1)).squeeze(-1).flatten(1).sum(1)


def bin_log_prob(x: Tensor, mean: Tensor, log_variance: Tensor, levels: int) -> Tensor:
    """Return the log of the mass that N(mean, variance) puts on the bin of x, a value: (B, *event) -> (B, *event).

    The bins of the first and last level reach to -infinity and infinity (Ho et al. 2020, eq. 13). In nats.
    """
    half, deviation = 1 / (levels - 1), torch.exp(0.5 * log_variance)
    away = to_unit(x, levels) - mean
    far = torch.full_like(x, math.inf)
    upper = torch.where(x >= levels - 1, far, (away + half) / deviation)
    lower = torch.where(x <= 0, -far, (away - half) / deviation)
    flip = lower > 0  # the mass of a bin in the right tail is that of its mirror image, which has digits left
    low, high = torch.where(flip, -upper, lower), torch.where(flip, -lower, upper)
    log_high, log_low = torch.special.log_ndtr(high), torch.special.log_ndtr(low)
    return log_high + torch.log1p(-torch.exp((log_low - log_high).clamp_max(-1e-7)))
