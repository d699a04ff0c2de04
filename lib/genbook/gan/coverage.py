"""Which modes of a known mixture does a generator reach, and how many of its draws are near one?"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite


@dataclass(frozen=True)
class Coverage:
    """What `coverage` counts.

    counts (K,): good draws whose nearest mode is k; covered: modes with at least the stated count of them; modes: K;
    good: the share of good draws, from 0 to 1.
    """

    counts: Tensor
    covered: int
    modes: int
    good: float


def coverage(x: Tensor, means: Tensor, noise: float, reach: float = 3.0, least: int = 20) -> Coverage:
    """Count the modes that the draws x (B, D) cover, for modes of standard deviation `noise` at `means` (K, D).

    A draw is good when it lies within `reach` * `noise` of its nearest mode, and a mode is covered when at least
    `least` good draws are nearest to it. Of exact draws in two dimensions the share 1 - exp(-reach^2 / 2) is good:
    0.989 for the default. Srivastava et al. (2017) ask for a single good draw; asking for more keeps a stray draw
    from counting as a mode.

    Raises:
        TypeError, ValueError: `x` or `means` is no non-empty floating tensor of fitting shape or holds a NaN, `noise`
            or `reach` is not a finite number above 0, or `least` is not a whole number of at least 1.

    >>> counted = coverage(torch.tensor([[0.0, 0.1], [5.0, 0.0]]), torch.tensor([[0.0, 0.0], [1.0, 0.0]]), 0.1, least=1)
    >>> counted.covered, counted.modes, counted.good
    (1, 2, 0.5)
    """
    check_count(least, "least")
    for name, value in {"noise": noise, "reach": reach}.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}, expected a finite number above 0.")
    if not isinstance(means, Tensor) or means.dim() != 2 or not means.numel():
        raise ValueError(f"means are {means!r}, expected a floating tensor (K, D): one row a mode.")
    check_batch(x, means.shape[1:])
    check_finite(x)
    distance, nearest = torch.cdist(x.double(), means.to(x.device, torch.float64)).min(1)  # (B,), (B,)
    good = distance <= reach * noise
    counts = torch.bincount(nearest[good], minlength=len(means))  # (K,)
    return Coverage(counts, int((counts >= least).sum()), len(means), good.double().mean().item())
