"""An exercise: what a check is, and how it says that an answer is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import torch


class CheckFailed(Exception):
    """An answer is wrong; the message is one sentence: what came, what was expected."""


class Ask(Protocol):
    """Call a function of the submission: values go in, values come out; Python functions among them are called back."""

    def __call__(self, name: str, *args: Any) -> Any:
        """Return what the submission's function `name` returns for these arguments, or raise CheckFailed."""
        ...


@dataclass(frozen=True)
class Exercise:
    """One automatically marked exercise: its check, its points, and the functions that the check calls."""

    name: str
    points: int
    check: Callable[[Ask, torch.Generator], None]
    functions: tuple[str, ...] = ()
