"""Two densities in which one coordinate steers the other: the banana (its mean) and the funnel (its width)."""

import math

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite


class Banana:
    """x_1 ~ N(0, width^2), x_2 given x_1 ~ N(bend (x_1^2 - width^2), noise^2), the twisted normal of Haario (1999).

    Raises:
        ValueError: `width` or `noise` is not a finite number above 0, or `bend` is not finite.

    >>> Banana(bend=0.0, width=1.0, noise=1.0).log_prob(torch.zeros(1, 2))
    tensor([-1.8379])
    """

    measure = "lebesgue"

    def __init__(self, bend: float = 0.3, width: float = 1.5, noise: float = 0.4) -> None:
        if not (math.isfinite(bend) and _positive(width) and _positive(noise)):
            raise ValueError(
                f"bend, width, noise are {(bend, width, noise)}, expected finite numbers, width and noise > 0."
            )
        self.bend, self.width, self.noise = float(bend), float(width), float(noise)
        middles = (-self.bend * self.width**2, self.bend * (25 - 1) * self.width**2)  # at x_1 = 0 and at 5 widths
        low, high = min(middles) - 5 * self.noise, max(middles) + 5 * self.noise
        self.extent = (-5 * self.width, 5 * self.width, low, high)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, 2) -> (B,).

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, 2), or holds a NaN.
        """
        check_batch(x, (2,))
        check_finite(x)
        first, second = x.unbind(-1)
        z_1 = first / self.width
        z_2 = (second - self.bend * (first.square() - self.width**2)) / self.noise
        return -0.5 * (z_1.square() + z_2.square()) - math.log(2 * math.pi * self.width * self.noise)

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, 2)."""
        check_count(n)
        z = torch.randn(n, 2)
        first = self.width * z[:, 0]
        return torch.stack([first, self.bend * (first.square() - self.width**2) + self.noise * z[:, 1]], -1)


class Funnel:
    """x_1 ~ N(0, width^2), x_2 given x_1 ~ N(0, exp(x_1)): wide on the right, a needle on the left (Neal 2003).

    Neal's funnel has width 3; the default of 1 keeps it in sight.

    Raises:
        ValueError: `width` is not in (0, 3].
    """

    measure = "lebesgue"

    def __init__(self, width: float = 1.0) -> None:
        if not (_positive(width) and width <= 3):
            raise ValueError(f"width is {width}, expected a number above 0 and at most 3.")
        self.width = float(width)
        high = 4 * math.exp(1.25 * self.width)  # the mass above |x_2| = high is below 1e-4 for every width to 3
        self.extent = (-5 * self.width, 5 * self.width, -high, high)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, 2) -> (B,).

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, 2), or holds a NaN.
        """
        check_batch(x, (2,))
        check_finite(x)
        first, second = x.unbind(-1)
        quadratic = (first / self.width).square() + second.square() * (-first).exp()
        return -0.5 * (quadratic + first) - math.log(2 * math.pi * self.width)

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, 2)."""
        check_count(n)
        z = torch.randn(n, 2)
        first = self.width * z[:, 0]
        return torch.stack([first, (0.5 * first).exp() * z[:, 1]], -1)


def _positive(value: float) -> bool:
    return math.isfinite(value) and value > 0
