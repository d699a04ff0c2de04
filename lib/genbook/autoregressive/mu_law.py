"""Mu-law companding: few levels for a wave, spaced so that quiet passages keep their shape."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from genbook.checks import check_count, check_finite


@dataclass(frozen=True)
class MuLaw:
    """The continuous curve of ITU-T G.711, F(a) = sign(a) log(1 + mu |a|) / log(1 + mu), mu = levels - 1, cut evenly.

    An amplitude a in [-1, 1] becomes one of `levels` whole floats. The step between two levels is proportional to
    1 / mu + |a|: the error is a fixed share of a loud sample and a small constant on a quiet one.

    >>> law = MuLaw(256)
    >>> law.encode(torch.tensor([-1.0, 0.0, 0.01, 1.0]))
    tensor([  0., 128., 157., 255.])
    """

    levels: int = 256

    def __post_init__(self) -> None:
        """Refuse fewer than two levels."""
        check_count(self.levels, "levels", most=2**16)
        if self.levels < 2:
            raise ValueError(f"levels is {self.levels}, expected at least 2: one level has no shape.")

    @property
    def mu(self) -> int:
        """How strongly the curve bends."""
        return self.levels - 1

    def compress(self, a: Tensor) -> Tensor:
        """Return F(a) in [-1, 1] of amplitudes a (...,) in [-1, 1]."""
        return a.sign() * torch.log1p(self.mu * a.abs()) / math.log1p(self.mu)

    def expand(self, y: Tensor) -> Tensor:
        """Return the amplitude whose F is y: sign(y) ((1 + mu)^|y| - 1) / mu, (...,) -> (...,)."""
        return y.sign() * torch.expm1(y.abs() * math.log1p(self.mu)) / self.mu

    def encode(self, a: Tensor) -> Tensor:
        """Return the nearest levels of amplitudes (...,), whole floats 0, ..., levels - 1.

        Raises:
            TypeError, ValueError: `a` is no floating tensor, or holds what is not in [-1, 1].
        """
        if not isinstance(a, Tensor) or not a.is_floating_point():
            given = a.dtype if isinstance(a, Tensor) else type(a).__name__
            raise TypeError(f"a is {given}, expected a floating tensor of amplitudes in [-1, 1].")
        check_finite(a, "a")
        if a.numel() and a.abs().max() > 1:
            raise ValueError(f"a reaches {a.abs().max().item():g}, expected amplitudes in [-1, 1]: divide by the peak.")
        return ((self.compress(a) + 1) / 2 * self.mu + 0.5).floor()

    def decode(self, x: Tensor) -> Tensor:
        """Return the amplitudes in the middle of levels x (...,)."""
        return self.expand(2 * x / self.mu - 1)

    def __call__(self, x: Tensor) -> Tensor:
        """Return what a network sees of levels x: the companded value and the amplitude, (...,) -> (..., 2).

        A string adds amplitudes; a network that sees them need not learn to undo the curve first.
        """
        y = 2 * x / self.mu - 1
        return torch.stack([y, self.expand(y)], -1)
