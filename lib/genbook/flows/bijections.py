"""Increasing maps of one real variable, whose parameters a network may supply."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor


class Bijection(Protocol):
    """An increasing map of one variable with `size` parameters; zeros for parameters give the identity.

    A coupling layer, a masked autoregressive layer and an elementwise layer take any of them.
    """

    size: int

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log dz/dx: x (...,), params (..., size) -> (...,), (...,)."""
        ...

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log dx/dz: z (...,), params (..., size) -> (...,), (...,)."""
        ...


@dataclass(frozen=True)
class Additive:
    """z = x + shift, which changes no volume (Dinh et al. 2015)."""

    size: ClassVar[int] = 1

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return x + shift, and zeros: params (..., 1)."""
        return x + params[..., 0], torch.zeros_like(x)

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return z - shift, and zeros."""
        return z - params[..., 0], torch.zeros_like(z)


@dataclass(frozen=True)
class Affine:
    """z = x exp(s) + shift, where a soft clip keeps |s| below `limit`: params (..., 2) hold shift and raw s.

    s = limit tanh(raw / limit) is close to raw near zero, and no network can make the scale overflow.

    >>> z, log_scale = Affine().forward(torch.ones(1), torch.zeros(1, 2))
    >>> z, log_scale
    (tensor([1.]), tensor([0.]))
    """

    limit: float = 3.0
    size: ClassVar[int] = 2

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return x exp(s) + shift, and s."""
        shift, s = self._split(params)
        return torch.addcmul(shift, x, s.exp()), s

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return (z - shift) exp(-s), and -s."""
        shift, s = self._split(params)
        return (z - shift) * (-s).exp(), -s

    def _split(self, params: Tensor) -> tuple[Tensor, Tensor]:
        shift, raw = params.movedim(-1, 0)  # not `unbind(-1)`: its gradient copies number by number
        g = (raw * (-2 / self.limit)).sigmoid_()
        return shift, torch.rsub(g, self.limit, alpha=2 * self.limit)  # limit (1 - 2 g): tanh by faster kernels
