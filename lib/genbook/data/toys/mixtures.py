"""The named mixtures of Gaussians: on a ring, on a grid, along two moons, along two spirals.

Moons and spirals are mixtures of many equal Gaussians along a curve, which is what a "noisy curve" is when it is drawn
with evenly spaced points. Neighbours are at most about 1.3 standard deviations apart, where the ripple along the curve
is below 2e-4 of the density. So `log_prob` and `score` are exact and finite everywhere.
"""

import math

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.data.toys.mixture import GaussianMixture


def eight_gaussians(radius: float = 4.0, noise: float = 0.5, modes: int = 8) -> GaussianMixture:
    """Return equal Gaussians of standard deviation `noise`, evenly spaced on a circle of `radius` around the origin.

    >>> eight_gaussians().means[0]
    tensor([4., 0.], dtype=torch.float64)
    """
    check_count(modes, "modes")
    _check_positive(radius=radius, noise=noise)
    angle = 2 * math.pi * torch.arange(modes, dtype=torch.float64) / modes
    return _equal(radius * torch.stack([angle.cos(), angle.sin()], -1), noise)


def grid_gaussians(side: int = 5, spacing: float = 2.0, noise: float = 0.2) -> GaussianMixture:
    """Return side**2 (25) equal Gaussians of standard deviation `noise` on a square grid around the origin."""
    check_count(side, "side", most=100)
    _check_positive(spacing=spacing, noise=noise)
    line = spacing * (torch.arange(side, dtype=torch.float64) - (side - 1) / 2)
    return _equal(torch.cartesian_prod(line, line).reshape(-1, 2), noise)


def two_moons(noise: float = 0.1) -> GaussianMixture:
    """Return two interleaved half circles of radius 1, thickened by Gaussian noise: a mixture along the curve.

    The moons are those of scikit-learn's `make_moons`, moved so that the origin lies in the middle.

    Raises:
        ValueError: `noise` is below 0.02, where the mixture would need too many components to be smooth.
    """
    _check_positive(noise=noise)
    if noise < 0.02:
        raise ValueError(f"noise is {noise}, expected at least 0.02: thinner moons need thousands of components.")
    per_moon = 1 + math.ceil(math.pi / min(noise, 0.2))
    angle = torch.linspace(0, math.pi, per_moon, dtype=torch.float64)
    upper = torch.stack([angle.cos() - 0.5, angle.sin() - 0.25], -1)
    return _equal(torch.cat([upper, -upper]), noise)


def two_spirals(noise: float = 0.15, turns: float = 1.5) -> GaussianMixture:
    """Return two spiral arms r = angle / 3, thickened by Gaussian noise: a mixture along the curve.

    The arms are about uniform in arc length, and of the size that is usual for flows (Grathwohl et al. 2019).

    Raises:
        ValueError: `noise` is below 0.05, or `turns` is not in (0, 4].
    """
    _check_positive(noise=noise, turns=turns)
    if noise < 0.05 or turns > 4:
        raise ValueError(f"noise is {noise} and turns is {turns}, expected noise >= 0.05 and turns <= 4.")
    most = 2 * math.pi * turns
    per_arm = math.ceil(most**2 / 6 / min(noise, 0.3)) + 1  # about one a standard deviation of arc length
    place = (torch.arange(per_arm, dtype=torch.float64) + 0.5) / per_arm
    angle = most * place.sqrt()
    arm = (angle / 3)[:, None] * torch.stack([angle.cos(), angle.sin()], -1)
    return _equal(torch.cat([arm, -arm]), noise)


def _equal(means: Tensor, noise: float) -> GaussianMixture:
    count = len(means)
    covariance = noise**2 * torch.eye(2, dtype=torch.float64)
    return GaussianMixture(torch.full((count,), 1 / count, dtype=torch.float64), means, covariance.repeat(count, 1, 1))


def _check_positive(**values: float) -> None:
    for name, value in values.items():
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"{name} is {value}, expected a finite number above 0.")
