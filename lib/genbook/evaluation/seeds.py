"""Results of several seeds as one number with its spread."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from genbook.evaluation.estimate import Estimate, Relation, check_relation, decimals


@dataclass(frozen=True, repr=False)
class Spread:
    """The mean over seeds and the sample standard deviation between them (nan for a single seed).

    >>> Spread((86.5, 86.9, 86.7))
    = 86.7 nats (spread 0.2 over 3 seeds)
    """

    values: tuple[float, ...]
    relation: Relation = "="
    unit: str = "nats"

    def __post_init__(self) -> None:  # noqa: D105
        check_relation(self.relation)
        if not self.values:
            raise ValueError("there are no values, expected one number a seed.")
        if not all(math.isfinite(v) for v in self.values):
            raise ValueError(f"the values are {list(self.values)}, expected finite numbers: a run has diverged.")

    @property
    def mean(self) -> float:
        """The mean over seeds."""
        return math.fsum(self.values) / len(self.values)

    @property
    def deviation(self) -> float:
        """The sample standard deviation between seeds."""
        if len(self.values) == 1:
            return math.nan
        return math.sqrt(math.fsum((v - self.mean) ** 2 for v in self.values) / (len(self.values) - 1))

    def __str__(self) -> str:  # noqa: D105
        places = decimals(self.mean, self.deviation)
        number = f"{self.relation} {self.mean:.{places}f} {self.unit}"
        if len(self.values) == 1:
            return f"{number} (one seed, spread unknown)"
        return f"{number} (spread {self.deviation:.{places}f} over {len(self.values)} seeds)"

    __repr__ = __str__


def mean_of_seeds(results: Sequence[Estimate | float], relation: Relation = "=", unit: str = "nats") -> Spread:
    """Return the mean and spread of one result a seed; estimates bring their own relation and unit.

    Raises:
        ValueError: there is none, one is not finite, or estimates differ in relation or unit.

    >>> mean_of_seeds([Estimate(90.1, 0.5, 447, "<="), Estimate(90.4, 0.5, 447, "<="), Estimate(90.7, 0.5, 447, "<=")])
    <= 90.4 nats (spread 0.3 over 3 seeds)
    """
    estimates = [r for r in results if isinstance(r, Estimate)]
    if estimates:
        labels = {(e.relation, e.unit) for e in estimates}
        if len(labels) > 1 or len(estimates) < len(results):
            raise ValueError(
                f"the results {list(results)} differ in relation or unit, expected the same for every seed."
            )
        relation, unit = estimates[0].relation, estimates[0].unit
    return Spread(tuple(r.mean if isinstance(r, Estimate) else float(r) for r in results), relation, unit)
