"""Where a symbol stands: learned vectors that are added, or rotations of queries and keys.

Both take the coordinates of every position as a table (T, axes): `line(T)` for text, `raster(H, W)` for the pixels of
an image, which then know their row and their column.
"""

from typing import Protocol

import torch
from torch import Tensor, nn

from genbook.checks import check_count


class Position(Protocol):
    """A way to tell a Transformer the places of symbols; `first` is the position of the first row that is given."""

    length: int

    def place(self, h: Tensor, first: int) -> Tensor:
        """Mark the vectors that enter the first block: (B, T, width) -> the same."""
        ...

    def turn(self, x: Tensor, first: int) -> Tensor:
        """Mark the queries or the keys of a block: (B, heads, T, d) -> the same."""
        ...


def line(length: int) -> Tensor:
    """Return the coordinates 0, ..., length - 1 of a text, (length, 1).

    >>> line(3).T
    tensor([[0, 1, 2]])
    """
    check_count(length, "length")
    return torch.arange(length)[:, None]


def raster(height: int, width: int) -> Tensor:
    """Return row and column of every pixel in raster order, (height * width, 2).

    >>> raster(2, 2)
    tensor([[0, 0],
            [0, 1],
            [1, 0],
            [1, 1]])
    """
    return torch.cartesian_prod(line(height)[:, 0], line(width)[:, 0])


class Learned(nn.Module):
    """A learned vector for every coordinate of every axis, added to the symbol's (Gehring et al. 2017).

    Raises:
        TypeError, ValueError: the coordinates are not an int64 table (T, axes) of numbers from 0.
    """

    def __init__(self, coordinates: Tensor, width: int) -> None:
        super().__init__()
        _check(coordinates)
        self.length = len(coordinates)
        self.register_buffer("coordinates", coordinates.clone())
        self.tables = nn.ModuleList(nn.Embedding(int(axis.max()) + 1, width) for axis in coordinates.T)
        for table in self.tables:
            nn.init.normal_(table.weight, std=0.1)

    def place(self, h: Tensor, first: int) -> Tensor:
        """Add the vectors of positions first, ..., first + T - 1 to (B, T, width)."""
        rows = self.coordinates[first : first + h.shape[1]]  # (T, axes)
        for axis, table in enumerate(self.tables):
            h = h + table(rows[:, axis])
        return h

    def turn(self, x: Tensor, first: int) -> Tensor:
        """Leave queries and keys as they are."""
        return x


class Rotary(nn.Module):
    """Pairs of numbers of queries and keys are rotated by angles proportional to the coordinates (Su et al. 2021).

    A score then depends on the difference of coordinates only. The pairs are shared out evenly between the axes; pair i
    of P of an axis turns by coordinate * base^(-i / P).

    Raises:
        TypeError, ValueError: the coordinates are no int64 table from 0, or the width of a head is no multiple of
            twice the number of axes.
    """

    def __init__(self, coordinates: Tensor, head_width: int, base: float = 10_000.0) -> None:
        super().__init__()
        _check(coordinates)
        self.length, axes = coordinates.shape
        check_count(head_width, "head_width")
        if head_width % (2 * axes) or base < 1:
            raise ValueError(
                f"head_width is {head_width} and base {base}, expected a multiple of {2 * axes} for {axes} axes and "
                "a base of at least 1."
            )
        self.pairs, self.base = head_width // 2 // axes, base
        self.register_buffer("coordinates", coordinates.clone(), persistent=False)

    def place(self, h: Tensor, first: int) -> Tensor:
        """Leave the vectors as they are."""
        return h

    def turn(self, x: Tensor, first: int) -> Tensor:
        """Rotate (B, heads, T, d): number j and number j + d/2 are the pair j."""
        rate = self.base ** (-torch.arange(self.pairs, dtype=x.dtype, device=x.device) / self.pairs)
        angle = (self.coordinates[first : first + x.shape[-2], :, None] * rate).flatten(1)  # (T, d / 2)
        cos, sin = angle.cos(), angle.sin()
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)


def _check(coordinates: Tensor) -> None:
    if not isinstance(coordinates, Tensor) or coordinates.dtype != torch.int64:
        raise TypeError(
            f"coordinates are {getattr(coordinates, 'dtype', type(coordinates).__name__)}, "
            "expected an int64 tensor of shape (T, axes), such as line(256)."
        )
    if coordinates.dim() != 2 or not coordinates.numel() or bool((coordinates < 0).any()):
        raise ValueError(
            f"coordinates have shape {tuple(coordinates.shape)}, expected (T, axes) with numbers from 0: "
            "use line(T) or raster(H, W)."
        )
