"""The last step to whole numbers: what a slightly noisy image says about its grey levels."""

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
