"""Mini-batches as a pure function of the step, so that a resumed run sees what an unbroken one would have seen."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count, check_finite, check_seed

Data = TypeVar("Data", Tensor, tuple[Tensor, ...])


def batches(x: Data, size: int, seed: int = 0) -> Callable[[int], Data]:
    """Return a function of the step that gives that step's batch of `size` examples, on the device where `x` lives.

    The same step always gives the same batch. An epoch has N // size steps; each epoch is its own permutation,
    seeded by (seed, epoch), and the N % size examples at its end sit that epoch out.

    Args:
        x: a tensor of shape (N, *event), or a tuple (also a `Labelled`) of tensors with N rows each.
        size: rows a batch, at most N.
        seed: whole number from 0.

    Raises:
        TypeError: `x` is neither a tensor nor a tuple of tensors, or `size` is not a whole number.
        ValueError: no examples, unequal lengths, NaN or infinite values, `size` not in 1..N, `seed` or step negative.

    >>> step = batches(torch.arange(6.0), 2)
    >>> torch.cat([step(0), step(1), step(2)]).sort().values
    tensor([0., 1., 2., 3., 4., 5.])
    """
    parts = x if isinstance(x, tuple) else (x,)
    count = _check_parts(parts)
    check_count(size, "size", most=count)
    check_seed(seed)
    rebuild = getattr(type(x), "_make", tuple)  # a named tuple stays one
    per_epoch = count // size
    device = parts[0].device

    @lru_cache(maxsize=1)
    def permutation(epoch: int) -> Tensor:
        mixed = int(np.random.SeedSequence((seed, epoch)).generate_state(1, np.uint64)[0]) >> 1
        return torch.randperm(count, generator=torch.Generator().manual_seed(mixed)).to(device)

    def batch(step: int) -> Data:
        check_seed(step, "step")
        epoch, place = divmod(step, per_epoch)
        rows = permutation(epoch)[place * size : (place + 1) * size]
        return rebuild(part[rows] for part in parts) if isinstance(x, tuple) else x[rows]

    return batch


def _check_parts(parts: tuple[Tensor, ...]) -> int:
    """Return the common number of rows, or raise."""
    for part in parts:
        if not isinstance(part, Tensor):
            raise TypeError(f"x holds a {type(part).__name__}, expected a tensor or a tuple of tensors: try x.train.x.")
        if part.dim() == 0:
            raise ValueError("x has shape (), expected (N, ...): one row an example.")
        if part.is_floating_point():
            check_finite(part)
    lengths = [len(part) for part in parts]
    if len(set(lengths)) != 1 or lengths[0] == 0:
        raise ValueError(f"x has {lengths} examples, expected equal numbers of at least 1.")
    if len({part.device for part in parts}) != 1:
        raise ValueError("x is spread over several devices, expected one: call .to(device) on the whole tuple.")
    return lengths[0]
