"""Reproducible randomness without global side effects."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed torch's generators (CPU and every GPU) inside the block and restore them after it.

    Raises:
        TypeError, ValueError: `seed` is not a whole number from 0 to 2**63 - 1.

    >>> with seeded(0):
    ...     a = torch.rand(1)
    >>> with seeded(0):
    ...     b = torch.rand(1)
    >>> bool(a == b)
    True
    """
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"seed is {seed!r} of type {type(seed).__name__}, expected a whole number.")
    if not 0 <= seed < 2**63:
        raise ValueError(f"seed is {seed}, expected a whole number from 0 to 2**63 - 1.")
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield
