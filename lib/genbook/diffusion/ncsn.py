"""One network for the scores of all noise levels: the noise-conditional score network of Song and Ermon (2019)."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count
from genbook.diffusion.kernels import like

ConditionalScore = Callable[[Tensor, Tensor], Tensor]
"""score(x, sigma), x (B, *event) and sigma (B,): a model of the score of the data blurred by N(0, sigma^2 I)."""


def geometric_sigmas(most: float, least: float, count: int) -> Tensor:
    """Return `count` noise levels from `most` down to `least` at a constant ratio, (count,), double precision.

    >>> geometric_sigmas(10.0, 0.1, 3)
    tensor([10.0000,  1.0000,  0.1000], dtype=torch.float64)
    """
    check_count(count, "count")
    if not (math.isfinite(most) and most > least > 0) or count < 2:
        raise ValueError(
            f"most is {most}, least is {least} and count is {count}, expected most > least > 0 and at least two levels."
        )
    return torch.logspace(math.log10(most), math.log10(least), count, dtype=torch.float64)


def noise_conditional_loss(score: ConditionalScore, x: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    """Return sigma^2 / 2 |s(x + sigma eps, sigma) + eps / sigma|^2 of every row: x, eps (B, *event) -> (B,).

    The denoising loss at the level sigma (B,) of the row with the weight lambda(sigma) = sigma^2, which makes the
    target eps, of one size at all levels (Song and Ermon 2019, eq. 5 and 6).

    Raises:
        TypeError, ValueError: shapes do not fit.
    """
    check_batch(x, x.shape[1:])
    check_batch(eps, x.shape[1:], "eps")
    if sigma.shape != (len(x),):
        raise ValueError(f"sigma has shape {tuple(sigma.shape)}, expected ({len(x)},): one level for every row.")
    scale = like(sigma, x)
    return 0.5 * (scale * score(x + scale * eps, sigma.to(x)) + eps).flatten(1).square().sum(1)
