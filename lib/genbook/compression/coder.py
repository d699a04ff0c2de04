"""Lossless compression with any model that gives the next symbol's probabilities step by step.

Writer and reader must see the same probabilities to the last bit, and the same model computed in another way (all
positions at once, or with another batch size) differs in the last digits. Both therefore run one generator, `tables`,
which knows only `start` and `step`, and probabilities become whole numbers before they are shared out. The same floats
need the same machine: code written on one processor may not be readable on another, and the reader then says so.
"""

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_levels
from genbook.compression import container
from genbook.compression.frequencies import BITS, cumulative, frequencies
from genbook.compression.rans import Rans
from genbook.numerics import evaluating
from genbook.protocols import Stepwise

WRONG_MODEL = (
    "the code does not end where it began: it was written with another model, or on a machine that rounds differently."
)


def tables(model: Stepwise, n: int, length: int) -> Generator[np.ndarray, Tensor, None]:
    """Yield the cumulative frequencies (n, V + 1) of every position in turn; each `send(x_t)` moves one position on."""
    params, state = model.start(n)
    for t in range(length):
        p = model.output.probabilities(params).cpu().numpy()  # (n, V)
        x_t = yield cumulative(frequencies(p))
        if t + 1 < length:
            params, state = model.step(state, x_t.to(params.device))


def encode(model: Stepwise, x: Tensor) -> bytes:
    """Return the code of the rows of `x`, (n, D), columns in the order in which the model generates them.

    For a model with an `order` pass `x[:, model.order]`. The length is the model's -log2 p(x), to within 1/1000, plus
    at most 30 bytes. What coding with model q costs on data from p is therefore the cross-entropy H(p) + KL(p || q).

    Raises:
        TypeError: `x` is neither int64 nor float32.
        ValueError: `x` is not a matrix with at least one row, or holds values outside the model's alphabet.
    """
    _check(model, x)
    symbols = x.long().cpu().numpy()
    n, length = symbols.shape
    rows = np.arange(n)
    shares = np.empty((length, n, 2), dtype=np.int64)  # (start, frequency) of every symbol sent
    with evaluating(model):
        walk = tables(model, n, length)
        for t in range(length):
            bounds = walk.send(x[:, t - 1]) if t else next(walk)
            shares[t, :, 0] = bounds[rows, symbols[:, t]]
            shares[t, :, 1] = bounds[rows, symbols[:, t] + 1]
    shares[..., 1] -= shares[..., 0]
    stack = Rans(BITS)
    for start, frequency in shares.reshape(-1, 2)[::-1].tolist():
        stack.push(start, frequency)  # last symbol first: the reader pops the first one
    return container.wrap(x.dtype, n, length, stack.to_bytes())


def decode(model: Stepwise, data: bytes) -> Tensor:
    """Return the (n, D) tensor, dtype included, that `encode` was given with the same model.

    Raises:
        ValueError: the data are cut short, damaged or not from `encode`, or were written with another model.
    """
    dtype, n, length, payload = container.unwrap(data)
    x = torch.empty(n, length, dtype=dtype)
    stack = Rans.from_bytes(payload, BITS)
    with evaluating(model):
        walk = tables(model, n, length)
        for t in range(length):
            bounds = walk.send(x[:, t - 1]) if t else next(walk)
            x[:, t] = torch.tensor([_pop(stack, row) for row in bounds], dtype=dtype)
    if not stack.empty:
        raise ValueError(WRONG_MODEL)
    return x


def _pop(stack: Rans, bounds: np.ndarray) -> int:
    """Pop the symbol whose share, one of those between neighbouring `bounds`, is on top of the stack."""
    symbol = int(bounds.searchsorted(stack.peek(), side="right")) - 1
    start, end = bounds[symbol : symbol + 2].tolist()
    stack.pop(start, end - start)
    return symbol


def from_bytes(data: bytes) -> Tensor:
    """Return bytes as one row of symbols from 0 to 255, shape (1, len(data)), int64."""
    return torch.from_numpy(np.frombuffer(data, dtype=np.uint8).astype(np.int64))[None]


def to_bytes(x: Tensor) -> bytes:
    """Return the row of symbols `x`, shape (1, D), as bytes: the inverse of `from_bytes`."""
    return x[0].to(torch.uint8).numpy().tobytes()


def _check(model: Stepwise, x: Tensor) -> None:
    """Raise unless `x` is a matrix of symbols that the model knows."""
    if not isinstance(x, Tensor) or x.dtype not in container.DTYPES:
        raise TypeError(
            f"x is {getattr(x, 'dtype', type(x).__name__)}, expected an int64 or float32 tensor of symbols."
        )
    if x.dim() != 2 or not x.shape[0]:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected (n, D): one row a message, n >= 1.")
    check_levels(x.float(), model.output.levels)
