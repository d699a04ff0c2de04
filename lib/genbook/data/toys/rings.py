"""Concentric noisy circles, in closed form by a Bessel function."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite


class Rings:
    """Concentric circles, each point moved by isotropic Gaussian noise; a ring is chosen in proportion to its radius.

    A uniform point on a circle of radius R plus noise of standard deviation s has the density
    exp(-(r^2 + R^2) / 2 s^2) I0(r R / s^2) / (2 pi s^2) with r = |x| (the noise averaged over the circle, Rice 1945).

    Args:
        radii: radii of the circles, all positive.
        noise: standard deviation s.

    Raises:
        ValueError: no radius, a radius that is not positive, or `noise` that is not positive.

    >>> Rings().log_prob(torch.tensor([[1.0, 0.0]]))
    tensor([-2.2447])
    """

    measure = "lebesgue"

    def __init__(self, radii: Sequence[float] = (1.0, 2.0, 3.0), noise: float = 0.1) -> None:
        if not len(radii) or any(not (math.isfinite(value) and value > 0) for value in (*radii, noise)):
            raise ValueError(f"radii are {list(radii)} and noise is {noise}, expected finite numbers above 0.")
        self.radii = torch.tensor(list(radii), dtype=torch.float64)  # (K,)
        self.weights = self.radii / self.radii.sum()  # equal density along all circles
        self.noise = float(noise)
        reach = max(radii) + 5 * self.noise
        self.extent = (-reach, reach, -reach, reach)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, 2) -> (B,).

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, 2), or holds a NaN.
        """
        check_batch(x, (2,))
        check_finite(x)
        variance = self.noise**2
        r, circle = torch.linalg.vector_norm(x, dim=-1, keepdim=True), self.radii.to(x)  # (B, 1), (K,)
        # i0e is exp(-z) I0(z): the exponentials join to -(r - R)^2 / 2 s^2, which does not overflow.
        log_ring = -(r - circle).square() / (2 * variance) + torch.special.i0e(r * circle / variance).log()  # (B, K)
        return (log_ring + self.weights.to(x).log()).logsumexp(-1) - math.log(2 * math.pi * variance)

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, 2)."""
        check_count(n)
        angle = 2 * math.pi * torch.rand(n)
        radius = self.radii.to(angle)[torch.multinomial(self.weights, n, replacement=True)]
        circle = radius[:, None] * torch.stack([angle.cos(), angle.sin()], -1)  # (n, 2)
        return circle + self.noise * torch.randn(n, 2)
