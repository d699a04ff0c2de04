"""Three ways to turn counts into probabilities that leave room for what has not been seen.

Each is called as `smoothing(count, total, types, lower, levels)` with, for a context h and a next symbol w,
    count: how often w followed h;   total: how often anything did;   types: how many different symbols did;
    lower: p(w | h without its oldest symbol);   levels: the size of the alphabet;
and returns p(w | h), normalised over w whenever `lower` is. NumPy arrays and torch tensors both work. `continuation`
says which counts the shorter contexts want: how often a string occurs, or after how many different symbols it does.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

Numbers = Any  # a number, NumPy array or torch tensor; shapes broadcast


class Smoothing(Protocol):
    """Anything that is called with counts and returns probabilities, as described above."""

    continuation: ClassVar[bool]

    def __call__(self, count: Numbers, total: Numbers, types: Numbers, lower: Numbers, levels: int) -> Numbers:
        """Return p(w | h)."""
        ...


@dataclass(frozen=True)
class Additive:
    """Add `alpha` imagined occurrences of every symbol; shorter contexts play no part (Laplace: alpha = 1).

    >>> Additive(1.0)(count=2, total=3, types=2, lower=0.5, levels=2)
    0.6
    """

    alpha: float
    continuation: ClassVar[bool] = False

    def __post_init__(self) -> None:
        """Refuse what would leave unseen symbols without probability."""
        if not 0 < self.alpha < float("inf"):
            raise ValueError(f"alpha is {self.alpha}, expected a positive number of imagined occurrences.")

    def __call__(self, count: Numbers, total: Numbers, types: Numbers, lower: Numbers, levels: int) -> Numbers:
        """Return (count + alpha) / (total + alpha levels)."""
        return (count + self.alpha) / (total + self.alpha * levels)


@dataclass(frozen=True)
class WittenBell:
    """Give the shorter context as much weight as there were surprises: one for each different symbol seen.

    Witten and Bell (1991), method C; interpolated as in Chen and Goodman (1999).

    >>> WittenBell()(count=2, total=3, types=2, lower=0.5, levels=2)
    0.6
    """

    continuation: ClassVar[bool] = False

    def __call__(self, count: Numbers, total: Numbers, types: Numbers, lower: Numbers, levels: int) -> Numbers:
        """Return (count + types lower) / (total + types), or `lower` in a context never seen."""
        surprises = types + (types == 0)
        return (count + surprises * lower) / (total + surprises)


@dataclass(frozen=True)
class KneserNey:
    """Take `discount` off every count and hand it to the shorter context, which counts contexts, not occurrences.

    Kneser and Ney (1995); interpolated as in Chen and Goodman (1999). "Francisco" is frequent but follows one
    word only, so it is a poor guess after any other.

    >>> KneserNey(0.5)(count=2, total=3, types=2, lower=0.3, levels=2)
    0.6
    """

    discount: float
    continuation: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Refuse a discount that leaves nothing to give or takes more than a count holds."""
        if not 0 < self.discount < 1:
            raise ValueError(f"discount is {self.discount}, expected a number between 0 and 1.")

    def __call__(self, count: Numbers, total: Numbers, types: Numbers, lower: Numbers, levels: int) -> Numbers:
        """Return (max(count - discount, 0) + discount types lower) / total, or `lower` in a context never seen."""
        unseen = types == 0
        kept = (count - self.discount) * (count > 0)
        return (kept + (self.discount * types + unseen) * lower) / (total + unseen)
