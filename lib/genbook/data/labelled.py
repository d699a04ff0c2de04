"""Examples with their labels, and their three parts."""

from typing import NamedTuple

import torch
from torch import Tensor


class Labelled(NamedTuple):
    """Examples x of shape (N, *event), float, and class labels y of shape (N,), int64."""

    x: Tensor
    y: Tensor

    def to(self, device: torch.device | str) -> "Labelled":
        """Return the same examples on `device`."""
        return Labelled(self.x.to(device), self.y.to(device))


class Splits(NamedTuple):
    """The part to learn from, the part to choose with, and the part to report."""

    train: Labelled
    valid: Labelled
    test: Labelled

    def to(self, device: torch.device | str) -> "Splits":
        """Return the same three parts on `device`; a small data set lives there whole."""
        return Splits(*(part.to(device) for part in self))
