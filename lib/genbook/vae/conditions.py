"""What a model may be conditioned on, as features for its networks: a class, or part of an image."""

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite


class Condition(Protocol):
    """Conditions to rows of features (B, features), and a check of their values."""

    def __call__(self, c: Tensor) -> Tensor:
        """Return the features of every condition, (B, features)."""
        ...

    def check(self, c: Tensor) -> None:
        """Raise TypeError or ValueError unless c is a batch of conditions."""
        ...


class Classes(nn.Module):
    """Classes 0, ..., count - 1 as rows of a learned table, int64 (B,) -> (B, features).

    >>> Classes(10, 4)(torch.tensor([3, 3])).shape
    torch.Size([2, 4])
    """

    def __init__(self, count: int, features: int) -> None:
        """Draw the table."""
        super().__init__()
        check_count(count, "count")
        check_count(features, "features")
        self.table = nn.Embedding(count, features)

    def forward(self, c: Tensor) -> Tensor:
        """Return a row a class."""
        return self.table(c)

    def check(self, c: Tensor) -> None:
        """Raise unless c holds classes: int64, shape (B,), from 0 to count - 1."""
        count = self.table.num_embeddings
        if not isinstance(c, Tensor) or c.dtype != torch.int64:
            given = f"of dtype {c.dtype}" if isinstance(c, Tensor) else f"a {type(c).__name__}"
            raise TypeError(f"c is {given}, expected an int64 tensor (B,) of classes.")
        if c.dim() != 1 or len(c) == 0 or c.min() < 0 or c.max() >= count:
            raise ValueError(f"c has shape {tuple(c.shape)}, expected (B,) with classes from 0 to {count - 1}.")


class Pixels(nn.Module):
    """Part of an image as it is, (B, *shape) -> (B, prod(shape)); `embed` scales the values for the network."""

    def __init__(self, shape: Sequence[int], embed: Callable[[Tensor], Tensor] = nn.Identity()) -> None:  # noqa: B008
        """Keep the shape and the scaling."""
        super().__init__()
        self.shape, self.embed = tuple(shape), embed

    def forward(self, c: Tensor) -> Tensor:
        """Return the values in one row."""
        return self.embed(c).flatten(1)

    def check(self, c: Tensor) -> None:
        """Raise unless c is a finite floating tensor (B, *shape)."""
        check_batch(c, self.shape, "c")
        check_finite(c, "c")
