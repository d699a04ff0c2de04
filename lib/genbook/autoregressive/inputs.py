"""What a sequence model sees of a symbol: a vector from a table, or a linear map of its features."""

from typing import Protocol

import torch
from torch import Tensor, nn

from genbook.autoregressive.pixel_code import Code
from genbook.checks import check_batch, check_count


class Inputs(Protocol):
    """Turns values (...,) into vectors (..., width), and gives the vector that stands before the first of them."""

    width: int
    dtype: torch.dtype

    def __call__(self, x: Tensor) -> Tensor:
        """Return the vectors of values: (...,) -> (..., width)."""
        ...

    def start(self, n: int) -> Tensor:
        """Return what stands before the first value of n sequences, (n, width)."""
        ...

    def check(self, x: Tensor, length: int) -> None:
        """Raise unless `x` has the type and shape of a batch; values are not looked at."""
        ...


class Tokens(nn.Module):
    """A learned vector for each of `levels` symbols, int64, and one for the beginning; sequences of any length.

    >>> Tokens(96, width=8)(torch.tensor([[3, 1, 4]])).shape
    torch.Size([1, 3, 8])
    """

    dtype = torch.int64

    def __init__(self, levels: int, width: int) -> None:
        super().__init__()
        check_count(levels, "levels", most=2**16)
        check_count(width, "width")
        self.levels, self.width = levels, width
        self.table = nn.Embedding(levels + 1, width)
        nn.init.normal_(self.table.weight, std=0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Look up the vectors of symbols, which may also be whole floats: (...,) -> (..., width)."""
        return self.table(x.long())

    def start(self, n: int) -> Tensor:
        """Return n copies of the vector of the beginning, (n, width)."""
        return self.table.weight[self.levels].expand(n, self.width)

    def check(self, x: Tensor, length: int) -> None:
        """Raise unless `x` is int64 of shape (B, T), B, T >= 1."""
        if not isinstance(x, Tensor) or x.dtype != torch.int64:
            raise TypeError(f"x is {getattr(x, 'dtype', type(x).__name__)}, expected int64 tokens of shape (B, T).")
        if x.dim() != 2 or not x.numel():
            raise ValueError(f"x has shape {tuple(x.shape)}, expected (B, T) with B, T >= 1: one row a sequence.")


class Values(nn.Module):
    """A linear map of the features of a value, float, and a learned vector for the beginning; rows of one length.

    `code` turns values (...,) into `features` numbers each, such as `Thermometer(17)` with 16.

    >>> from genbook.autoregressive.pixel_code import Thermometer
    >>> Values(Thermometer(17), features=16, width=8)(torch.zeros(2, 64)).shape
    torch.Size([2, 64, 8])
    """

    dtype = torch.float32

    def __init__(self, code: Code, features: int, width: int) -> None:
        super().__init__()
        check_count(features, "features")
        check_count(width, "width")
        self.width, self.code = width, code
        self.linear = nn.Linear(features, width)
        self.first = nn.Parameter(0.1 * torch.randn(width))

    def forward(self, x: Tensor) -> Tensor:
        """Map values to vectors: (...,) -> (..., width)."""
        return self.linear(self.code(x))

    def start(self, n: int) -> Tensor:
        """Return n copies of the vector of the beginning, (n, width)."""
        return self.first.expand(n, self.width)

    def check(self, x: Tensor, length: int) -> None:
        """Raise unless `x` is float of shape (B, length)."""
        check_batch(x, (length,))
