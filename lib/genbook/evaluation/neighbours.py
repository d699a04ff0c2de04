"""Quality and variety of samples told apart, by neighbours in a space of features."""

from typing import NamedTuple

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.evaluation.inputs import check_pair


class PrecisionRecall(NamedTuple):
    """Shares from 0 to 1: of samples that look real, and of real examples that the samples cover."""

    precision: float
    recall: float


def precision_recall(real: Tensor, samples: Tensor, k: int = 3) -> PrecisionRecall:
    """Return precision and recall of samples by the k-nearest-neighbour estimate of Kynkäänniemi et al. (2019, eq. 1).

    A set's region is the union of balls around its rows that reach to the row's k-th nearest neighbour in the same
    set. Precision is the share of `samples` (M, F) inside the region of `real` (N, F); recall the reverse. Memory
    grows with N * M.

    Raises:
        TypeError, ValueError: not two matrices with the same F, NaN, or `k` not from 1 to the size of a set less one.

    >>> line = torch.arange(10.0)[:, None]
    >>> precision_recall(line, line[:5], k=1)
    PrecisionRecall(precision=1.0, recall=0.6)
    """
    check_pair(real, samples)
    check_count(k, "k", most=min(len(real), len(samples)) - 1)
    real, samples = (x.detach().cpu().double() for x in (real, samples))
    return PrecisionRecall(_share_inside(samples, real, k), _share_inside(real, samples, k))


def _share_inside(x: Tensor, region: Tensor, k: int) -> float:
    """Return the share of rows of `x` that lie in a ball of some row of `region`."""
    radius = _distances(region, region).kthvalue(k + 1, dim=1).values  # (N,); the nearest neighbour is the row itself
    return float((_distances(x, region) <= radius).any(dim=1).double().mean())


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """Return Euclidean distances (N, M), computed from differences, so that equal rows are at exactly 0."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")
