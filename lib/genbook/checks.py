"""Input checks that every public method shares: one sentence that says what came and what was expected."""

from collections.abc import Sequence

import torch
from torch import Tensor


def check_batch(x: Tensor, event_shape: Sequence[int], name: str = "x") -> None:
    """Raise unless `x` is a floating tensor of shape (B, *event_shape) with B >= 1.

    Only type, dtype and shape are looked at, so the check costs nothing and also runs on the `meta` device.

    Raises:
        TypeError: `x` is not a tensor, or not of a floating dtype.
        ValueError: the shape does not fit, or the batch is empty.

    >>> check_batch(torch.zeros(3, 2), (2,))
    >>> check_batch(torch.zeros(3), (2,))
    Traceback (most recent call last):
    ValueError: x has shape (3,), expected (B, 2): one row an example.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"{name} is a {type(x).__name__}, expected a torch tensor of shape {_rows(event_shape)}.")
    if not x.is_floating_point():
        raise TypeError(f"{name} has dtype {x.dtype}, expected a floating dtype: call {name}.float() first.")
    if x.dim() != len(event_shape) + 1 or tuple(x.shape[1:]) != tuple(event_shape):
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected {_rows(event_shape)}: one row an example.")
    if x.shape[0] == 0:
        raise ValueError(f"{name} is an empty batch of shape {tuple(x.shape)}, expected at least one example.")


def _rows(event_shape: Sequence[int]) -> str:
    return "(" + ", ".join(["B", *map(str, event_shape)]) + ("," if not event_shape else "") + ")"


def check_finite(x: Tensor, name: str = "x") -> None:
    """Raise ValueError if `x` holds a NaN or an infinity."""
    bad = int((~torch.isfinite(x)).sum())
    if bad:
        raise ValueError(f"{name} holds {bad} NaN or infinite values, expected finite numbers: clean the data first.")


def check_levels(x: Tensor, levels: int, name: str = "x") -> None:
    """Raise ValueError unless every entry of `x` is a whole number in {0, ..., levels - 1}.

    >>> check_levels(torch.tensor([0.0, 0.5]), 2)
    Traceback (most recent call last):
    ValueError: x holds 0.5, expected whole numbers from 0 to 1: binarise or quantise the data first.
    """
    check_finite(x, name)
    wrong = x[(x != x.round()) | (x < 0) | (x > levels - 1)]
    if wrong.numel():
        raise ValueError(
            f"{name} holds {wrong.flatten()[0].item():g}, expected whole numbers from 0 to {levels - 1}: "
            "binarise or quantise the data first."
        )


def check_sequences(x: Tensor, name: str = "x") -> None:
    """Raise unless `x` is an int64 tensor of shape (B, D), neither of them 0; values are not looked at.

    Raises:
        TypeError: `x` is not a tensor, or not of dtype int64.
        ValueError: the shape does not fit, or the batch is empty.

    >>> check_sequences(torch.tensor([0, 5]))
    Traceback (most recent call last):
    ValueError: x has shape (2,), expected (B, D) with B, D >= 1: one row a sequence.
    """
    if not isinstance(x, Tensor):
        raise TypeError(f"{name} is a {type(x).__name__}, expected an int64 tensor of shape (B, D).")
    if x.dtype != torch.int64:
        raise TypeError(f"{name} has dtype {x.dtype}, expected int64 tokens: call {name}.long() first.")
    if x.dim() != 2 or not x.numel():
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected (B, D) with B, D >= 1: one row a sequence.")


def check_tokens(x: Tensor, levels: int, name: str = "x") -> None:
    """Raise unless `x` is an int64 tensor of shape (B, D), neither of them 0, with entries in {0, ..., levels - 1}.

    Raises:
        TypeError: `x` is not a tensor, or not of dtype int64.
        ValueError: the shape does not fit, the batch is empty, or an entry is outside the alphabet.

    >>> check_tokens(torch.tensor([[0, 5]]), 4)
    Traceback (most recent call last):
    ValueError: x holds the token 5, expected whole numbers from 0 to 3: use the vocabulary of the model.
    """
    check_sequences(x, name)
    wrong = x[(x < 0) | (x >= levels)]
    if wrong.numel():
        raise ValueError(
            f"{name} holds the token {wrong[0].item()}, expected whole numbers from 0 to {levels - 1}: "
            "use the vocabulary of the model."
        )


def check_count(n: int, name: str = "n", most: int | None = None) -> None:
    """Raise unless `n` is a whole number of at least 1, and at most `most` where that is given."""
    if isinstance(n, bool) or not isinstance(n, int):
        raise TypeError(f"{name} is {n!r} of type {type(n).__name__}, expected a whole number of at least 1.")
    if n < 1 or (most is not None and n > most):
        bound = "at least 1" if most is None else f"from 1 to {most}"
        raise ValueError(f"{name} is {n}, expected a whole number {bound}.")


def check_seed(seed: int, name: str = "seed") -> None:
    """Raise unless `seed` is a whole number from 0 to 2**63 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, int):
        raise TypeError(f"{name} is {seed!r} of type {type(seed).__name__}, expected a whole number from 0.")
    if not 0 <= seed < 2**63:
        raise ValueError(f"{name} is {seed}, expected a whole number from 0 to 2**63 - 1.")
