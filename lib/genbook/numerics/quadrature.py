"""Integrals on a regular grid, to hold a density against the number one."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor


def grid(low: Sequence[float], high: Sequence[float], n: int) -> tuple[Tensor, float]:
    """Return the midpoints of n^d equal cells of the box [low, high] and the volume of one cell.

    Points have shape (n**d, d) in float64; the last coordinate varies fastest. With midpoints, a smooth density
    that vanishes at the border is integrated far more exactly than the cell width suggests.

    Raises:
        ValueError: the box is empty, or n is below 1, or there would be more than 10 million points.

    >>> points, cell = grid([0.0, 0.0], [1.0, 1.0], 2)
    >>> points.shape, cell
    (torch.Size([4, 2]), 0.25)
    """
    if len(low) != len(high) or not low or any(a >= b for a, b in zip(low, high, strict=True)):
        raise ValueError(
            f"low is {list(low)} and high is {list(high)}, expected equal lengths and low < high everywhere."
        )
    if n < 1 or n ** len(low) > 10**7:
        raise ValueError(f"n is {n} in {len(low)} dimensions, expected n >= 1 and at most 10,000,000 points.")
    width = [(b - a) / n for a, b in zip(low, high, strict=True)]
    middle = torch.arange(n, dtype=torch.float64) + 0.5
    axes = [a + w * middle for a, w in zip(low, width, strict=True)]
    points = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).reshape(-1, len(low))
    return points, float(torch.tensor(width, dtype=torch.float64).prod())


def integrate(
    log_density: Callable[[Tensor], Tensor], low: Sequence[float], high: Sequence[float], n: int = 400
) -> float:
    """Integrate exp(log_density) over the box [low, high] with the midpoint rule on n cells a side.

    >>> from torch.distributions import Normal
    >>> round(integrate(lambda x: Normal(0.0, 1.0).log_prob(x[:, 0]), [-8.0], [8.0]), 6)
    1.0
    """
    points, cell = grid(low, high, n)
    with torch.no_grad():
        return float(log_density(points).double().logsumexp(0).exp()) * cell
