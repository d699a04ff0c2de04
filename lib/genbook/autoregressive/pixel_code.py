"""What a network sees of a value: a scaled number, a thermometer, or one feature a level."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from genbook.checks import check_count

Code = Callable[[Tensor], Tensor]  # values (...,) -> features (..., F)


@dataclass(frozen=True)
class Thermometer:
    """Grey levels as a column of mercury: feature k is 1 above the k-th threshold, else -1.

    `steps` thresholds are spread evenly over the levels (default: one between any two). Zero stands for no pixel at
    all, so the network sees the border of the image.

    >>> Thermometer(4)(torch.tensor([0.0, 2.0]))
    tensor([[-1., -1., -1.],
            [ 1.,  1., -1.]])
    """

    levels: int
    steps: int | None = None

    def __post_init__(self) -> None:
        """Refuse fewer than two levels, or more thresholds than there are gaps."""
        check_count(self.levels, "levels", most=2**16)
        if self.levels < 2:
            raise ValueError(f"levels is {self.levels}, expected at least 2: one level needs no code.")
        check_count(self.size, "steps", most=self.levels - 1)

    @property
    def size(self) -> int:
        """How many features a value gives."""
        return self.levels - 1 if self.steps is None else self.steps

    def __call__(self, x: Tensor) -> Tensor:
        """Map values (...,) to features (..., size)."""
        gap = (self.levels - 1) / self.size
        thresholds = gap * (torch.arange(self.size, dtype=x.dtype, device=x.device) + 0.5)
        return 2 * (x.unsqueeze(-1) > thresholds).to(x.dtype) - 1


@dataclass(frozen=True)
class OneHot:
    """Levels without order, such as the codes of a quantiser: feature k is 1 for level k, else 0.

    >>> OneHot(3)(torch.tensor([2.0, 0.0]))
    tensor([[0., 0., 1.],
            [1., 0., 0.]])
    """

    levels: int

    def __post_init__(self) -> None:
        """Refuse what is not a number of levels."""
        check_count(self.levels, "levels", most=2**16)

    @property
    def size(self) -> int:
        """One feature a level."""
        return self.levels

    def __call__(self, x: Tensor) -> Tensor:
        """Map values (...,) to features (..., levels)."""
        return (x.unsqueeze(-1) == torch.arange(self.levels, dtype=x.dtype, device=x.device)).to(x.dtype)
