"""The pinwheel: straight Gaussian arms, turned by an angle that grows with the distance from the centre."""

import math

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count
from genbook.data.toys.mixture import GaussianMixture


class Pinwheel:
    """Gaussian arms around the origin, each point w turned by the angle twist * |w|: x = R(twist |w|) w.

    Turning keeps |w|, so the map is undone by turning back, and it changes no area: its Jacobian determinant is 1.
    The density of x is the density of the straight arms at w = R(-twist |x|) x, exactly. The shape follows
    Johnson et al. (2016), whose twist depends on one coordinate instead of |w| and has no closed-form inverse.

    Args:
        arms: number of arms.
        twist: angle in radians by which a point at distance 1 is turned.
        length: standard deviation along an arm, whose middle lies at distance `distance`.
        width: standard deviation across an arm.
        distance: distance of the middle of an arm from the origin.

    Raises:
        TypeError, ValueError: `arms` is not a whole number from 1 to 100, or another number is not finite and positive
            (`twist` may have any sign).
    """

    measure = "lebesgue"

    def __init__(
        self, arms: int = 5, twist: float = 0.8, length: float = 0.6, width: float = 0.2, distance: float = 2.0
    ) -> None:
        check_count(arms, "arms", most=100)
        sizes = (length, width, distance)
        if not math.isfinite(twist) or any(not (math.isfinite(size) and size > 0) for size in sizes):
            raise ValueError(f"twist is {twist}, length, width, distance are {sizes}, expected finite sizes above 0.")
        self.twist = float(twist)
        angle = 2 * math.pi * torch.arange(arms, dtype=torch.float64) / arms
        turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()], -1).reshape(arms, 2, 2)
        shape = torch.diag(torch.tensor([length**2, width**2], dtype=torch.float64))
        covariances = turn @ shape @ turn.mT  # (arms, 2, 2)
        means = turn @ torch.tensor([distance, 0.0], dtype=torch.float64)  # (arms, 2)
        self.straight = GaussianMixture(torch.full((arms,), 1 / arms, dtype=torch.float64), means, covariances)
        reach = distance + 5 * max(length, width)
        self.extent = (-reach, reach, -reach, reach)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, 2) -> (B,).

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, 2), or holds a NaN.
        """
        check_batch(x, (2,))
        return self.straight.log_prob(_turned(x, -self.twist))

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, 2)."""
        return _turned(self.straight.sample(n), self.twist)


def _turned(w: Tensor, twist: float) -> Tensor:
    angle = twist * torch.linalg.vector_norm(w, dim=-1)  # (B,)
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([cos * w[:, 0] - sin * w[:, 1], sin * w[:, 0] + cos * w[:, 1]], -1)
