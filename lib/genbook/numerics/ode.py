"""Solvers of dx/dt = v(t, x) with fixed steps; `genbook.numerics.adaptive` has steps that control their error.

A solver is a function (field, x, t0, t1) -> x(t1); t1 may lie before t0. Its settings are keywords, to be fixed with
`functools.partial`. Every one works on a whole tensor of any shape as one state.
"""

import math
from collections.abc import Callable
from typing import Protocol

from torch import Tensor

from genbook.checks import check_count

Field = Callable[[float, Tensor], Tensor]


class Solver(Protocol):
    """What all solvers of this module are."""

    def __call__(self, field: Field, x: Tensor, t0: float, t1: float) -> Tensor:
        """Return x(t1) of the solution through x at t0."""
        ...


class Counted:
    """A field that counts how often it is evaluated."""

    def __init__(self, field: Field) -> None:
        """Begin at zero."""
        self.field, self.calls = field, 0

    def __call__(self, t: float, x: Tensor) -> Tensor:
        """Return v(t, x)."""
        self.calls += 1
        return self.field(t, x)


def euler(field: Field, x: Tensor, t0: float, t1: float, steps: int = 20) -> Tensor:
    """Follow the field by `steps` equal steps x <- x + h v(t, x): the error falls as h.

    >>> import torch
    >>> euler(lambda t, x: x, torch.ones(1), 0.0, 1.0, steps=2)
    tensor([2.2500])
    """
    h = _step(t0, t1, steps)
    for i in range(steps):
        x = x + h * field(t0 + i * h, x)
    return x


def rk4(field: Field, x: Tensor, t0: float, t1: float, steps: int = 20) -> Tensor:
    """Follow the field by `steps` equal steps of the classical Runge-Kutta method: the error falls as h^4.

    >>> import torch
    >>> rk4(lambda t, x: x, torch.ones(1), 0.0, 1.0, steps=2)  # e = 2.71828
    tensor([2.7173])
    """
    h = _step(t0, t1, steps)
    for i in range(steps):
        t = t0 + i * h
        k1 = field(t, x)
        k2 = field(t + h / 2, x + h / 2 * k1)
        k3 = field(t + h / 2, x + h / 2 * k2)
        k4 = field(t + h, x + h * k3)
        x = x + h / 6 * (k1 + 2 * (k2 + k3) + k4)
    return x


def check_times(t0: float, t1: float) -> None:
    """Raise ValueError unless both times are finite and they differ."""
    if not (math.isfinite(t0) and math.isfinite(t1) and t0 != t1):
        raise ValueError(f"t0 is {t0} and t1 is {t1}, expected two different finite times.")


def _step(t0: float, t1: float, steps: int) -> float:
    check_count(steps, "steps")
    check_times(t0, t1)
    return (t1 - t0) / steps
