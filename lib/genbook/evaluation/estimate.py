"""A measured number that never travels without its error, its unit and its relation to the truth."""

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

from genbook.checks import check_count

Relation = Literal["=", "<=", "~"]


def check_relation(relation: str) -> None:
    """Raise ValueError unless `relation` is one of "=", "<=" and "~"."""
    if relation not in get_args(Relation):
        raise ValueError(f"relation is {relation!r}, expected '=' (exact), '<=' (a bound) or '~' (an approximation).")


def decimals(mean: float, error: float) -> int:
    """Return how many decimals of `mean` are worth printing: one digit of the error, else four digits in all.

    >>> decimals(86.71, 0.52), decimals(1.9512, 0.012), decimals(181.32, 0.0)
    (1, 2, 1)
    """
    known = math.isfinite(error) and error > 1e-6 * max(abs(mean), 1e-300)
    if known:
        return max(1, -math.floor(math.log10(error)))
    size = math.floor(math.log10(abs(mean))) if mean and math.isfinite(mean) else 0
    return max(1, 3 - size)


@dataclass(frozen=True, repr=False)
class Estimate:
    """A mean over `n` examples with its standard error, a unit, and how it stands to the quantity that it measures.

    `relation` reads "the true value is ... this number": "=" for an exact one (up to the standard error), "<=" for
    a bound, "~" for an approximation. With one example the standard error is unknown and is nan.

    >>> Estimate(86.71, 0.52, 447)
    = 86.7 ± 0.5 nats
    """

    mean: float
    standard_error: float
    n: int
    relation: Relation = "="
    unit: str = "nats"

    def __post_init__(self) -> None:  # noqa: D105
        check_relation(self.relation)
        check_count(self.n)

    def __str__(self) -> str:  # noqa: D105
        places = decimals(self.mean, self.standard_error)
        number = f"{self.relation} {self.mean:.{places}f}"
        if math.isnan(self.standard_error):
            return f"{number} {self.unit} (one example, error unknown)"
        return f"{number} ± {self.standard_error:.{places}f} {self.unit}"

    __repr__ = __str__


def _scaled(estimate: Estimate, factor: float, unit: str) -> Estimate:
    return replace(estimate, mean=estimate.mean * factor, standard_error=estimate.standard_error * factor, unit=unit)


def _check_unit(estimate: Estimate, unit: str) -> None:
    if not isinstance(estimate, Estimate):
        raise TypeError(
            f"the estimate is a {type(estimate).__name__}, expected an Estimate: call nats(model, x) first."
        )
    if estimate.unit != unit:
        raise ValueError(f"the estimate is in {estimate.unit}, expected {unit}: convert it back first.")


def bits_per_dim(estimate: Estimate, dims: int) -> Estimate:
    """Return nats per example as bits per dimension: divided by `dims` and by log 2.

    >>> bits_per_dim(Estimate(64 * math.log(2), 0.0, 10), 64)
    = 1.000 ± 0.000 bits/dim
    """
    _check_unit(estimate, "nats")
    check_count(dims, "dims")
    return _scaled(estimate, 1 / (dims * math.log(2)), "bits/dim")


def from_bits_per_dim(estimate: Estimate, dims: int) -> Estimate:
    """Return bits per dimension as nats per example: the inverse of `bits_per_dim`."""
    _check_unit(estimate, "bits/dim")
    check_count(dims, "dims")
    return _scaled(estimate, dims * math.log(2), "nats")


def bits_per_character(estimate: Estimate, characters: int) -> Estimate:
    """Return nats per example as bits per character, for examples of `characters` characters each."""
    _check_unit(estimate, "nats")
    check_count(characters, "characters")
    return _scaled(estimate, 1 / (characters * math.log(2)), "bits/character")


def from_bits_per_character(estimate: Estimate, characters: int) -> Estimate:
    """Return bits per character as nats per example: the inverse of `bits_per_character`."""
    _check_unit(estimate, "bits/character")
    check_count(characters, "characters")
    return _scaled(estimate, characters * math.log(2), "nats")


def perplexity(estimate: Estimate, tokens: int) -> Estimate:
    """Return exp(nats per token) for examples of `tokens` tokens each; the error follows by the delta method.

    >>> perplexity(Estimate(5 * math.log(17), 0.0, 10), 5)
    = 17.00 ± 0.00 perplexity
    """
    _check_unit(estimate, "nats")
    check_count(tokens, "tokens")
    value = math.exp(estimate.mean / tokens)
    return replace(estimate, mean=value, standard_error=value * estimate.standard_error / tokens, unit="perplexity")


def from_perplexity(estimate: Estimate, tokens: int) -> Estimate:
    """Return a perplexity as nats per example: the inverse of `perplexity`."""
    _check_unit(estimate, "perplexity")
    check_count(tokens, "tokens")
    if estimate.mean <= 0:
        raise ValueError(f"the perplexity is {estimate.mean:g}, expected a positive number.")
    error = tokens * estimate.standard_error / estimate.mean
    return replace(estimate, mean=tokens * math.log(estimate.mean), standard_error=error, unit="nats")


def rescaled(estimate: Estimate, dims: int, factor: float) -> Estimate:
    """Return the nats that the same density has on data multiplied by `factor`: larger by dims * log(factor).

    A density depends on the unit of its data, a probability does not. Example: a density of images in [0, 1] that came
    from 256 levels is put on the scale of the levels by `rescaled(estimate, dims, 256)`, and only there its bits per
    dimension compare with those of a discrete model.

    Raises:
        ValueError: `factor` is not a positive finite number.
    """
    _check_unit(estimate, "nats")
    check_count(dims, "dims")
    if not (factor > 0 and math.isfinite(factor)):
        raise ValueError(f"factor is {factor}, expected a positive finite number.")
    return replace(estimate, mean=estimate.mean + dims * math.log(factor))
