"""Four potentials in the plane whose densities exp(-U) are known up to a constant (Rezende & Mohamed 2015, table 1).

As printed, three of them do not rise along z_1, so that exp(-U) has no finite integral. Here walls stand at |z_1| = 4,
where the paper's pictures end. `EXTENT` holds all but 1e-5 of the mass of each.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_batch

EXTENT = (-5.5, 5.5, -5.5, 5.5)  # left, right, bottom, top


def two_shores(z: Tensor) -> Tensor:
    """Return U_1: a ring of radius 2 that is cut above and below, (B, 2) -> (B,)."""
    check_batch(z, (2,))
    sides = torch.stack([_bump(z[:, 0] - 2, 0.6), _bump(z[:, 0] + 2, 0.6)])
    return -_bump(z.norm(dim=1) - 2, 0.4) - sides.logsumexp(0)


def wave(z: Tensor) -> Tensor:
    """Return U_2: a river along a sine, (B, 2) -> (B,)."""
    return -_bump(_above(z), 0.4) + _walls(z)


def parting(z: Tensor) -> Tensor:
    """Return U_3: a river that parts and joins again, (B, 2) -> (B,)."""
    away, side = _above(z), 3 * _bump(z[:, 0] - 1, 0.6).exp()
    return -torch.stack([_bump(away, 0.35), _bump(away + side, 0.35)]).logsumexp(0) + _walls(z)


def fork(z: Tensor) -> Tensor:
    """Return U_4: a river that forks for good, (B, 2) -> (B,)."""
    away, side = _above(z), 3 * torch.sigmoid((z[:, 0] - 1) / 0.3)
    return -torch.stack([_bump(away, 0.4), _bump(away + side, 0.35)]).logsumexp(0) + _walls(z)


POTENTIALS: dict[str, Callable[[Tensor], Tensor]] = {
    "two shores": two_shores,
    "wave": wave,
    "parting": parting,
    "fork": fork,
}


def _bump(a: Tensor, width: float) -> Tensor:
    """Return the logarithm of a bell of this width, without its constant."""
    return -0.5 * (a / width) ** 2


def _above(z: Tensor) -> Tensor:
    """Return the height above the sine."""
    check_batch(z, (2,))
    return z[:, 1] - torch.sin(math.pi * z[:, 0] / 2)


def _walls(z: Tensor) -> Tensor:
    return 0.5 * ((z[:, 0].abs() - 4).clamp_min(0) / 0.3) ** 2
