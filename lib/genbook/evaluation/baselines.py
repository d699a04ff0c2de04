"""The densities that a model of discrete data has to beat: uniform, one histogram a pixel, and a raster bigram."""

import math
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from genbook.checks import check_batch, check_count, check_levels
from genbook.evaluation.inputs import check_matrix
from genbook.protocols import HasLogProb

SMOOTHINGS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)  # pseudo-counts a level, among which validation chooses

Model = TypeVar("Model", bound=HasLogProb)


class Uniform(nn.Module):
    """Every image of `dims` pixels with `levels` values each has the same probability.

    >>> round(-Uniform(64, 17).log_prob(torch.zeros(1, 64)).item(), 1)
    181.3
    """

    measure = "counting"

    def __init__(self, dims: int, levels: int) -> None:
        check_count(dims, "dims")
        check_count(levels, "levels")
        super().__init__()
        self.dims, self.levels = dims, levels

    def log_prob(self, x: Tensor) -> Tensor:
        """Return -dims log(levels) for every row of `x` (B, D), shape (B,), in nats."""
        check_batch(x, (self.dims,))
        check_levels(x, self.levels)
        return x.new_full((len(x),), -self.dims * math.log(self.levels))

    def sample(self, n: int) -> Tensor:
        """Return `n` draws, shape (n, D)."""
        check_count(n)
        return torch.randint(self.levels, (n, self.dims)).float()


class Histogram(nn.Module):
    """Independent pixels, each with its own table: p(x) = prod_i p_i(x_i).

    `counts` (D, L) says how often pixel i had level k; `smoothing` is Laplace's pseudo-count, added to each level.
    """

    measure = "counting"
    log_p: Tensor

    def __init__(self, counts: Tensor, smoothing: float) -> None:
        super().__init__()
        self.register_buffer("log_p", _smoothed(counts, smoothing))  # (D, L)

    @classmethod
    def fit(cls, train: Tensor, valid: Tensor, levels: int) -> "Histogram":
        """Count on `train` (N, D) and choose the smoothing on `valid` (M, D)."""
        counts = _one_hot(train, levels).sum(0)  # (D, L)
        return _best(lambda a: cls(counts, a), valid)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) of rows `x` (B, D), shape (B,), in nats."""
        dims, levels = self.log_p.shape
        check_batch(x, (dims,))
        check_levels(x, levels)
        return self.log_p[torch.arange(dims, device=x.device), x.long()].sum(-1)  # (B, D) -> (B,)

    def sample(self, n: int) -> Tensor:
        """Return `n` draws, shape (n, D)."""
        check_count(n)
        return torch.multinomial(self.log_p.exp(), n, replacement=True).T.float()  # (D, n) -> (n, D)


class RasterBigram(nn.Module):
    """Each pixel depends on the one before it: p(x) = p(x_1) prod_i p_i(x_i | x_{i-1}), with a table a position.

    `first` (L,) and `pairs` (D - 1, L, L) are counts, pairs[i, a, b] of level b after level a; the pseudo-count
    `smoothing` is added to each.
    """

    measure = "counting"
    log_first: Tensor
    log_next: Tensor

    def __init__(self, first: Tensor, pairs: Tensor, smoothing: float) -> None:
        super().__init__()
        self.register_buffer("log_first", _smoothed(first, smoothing))  # (L,)
        self.register_buffer("log_next", _smoothed(pairs, smoothing))  # (D - 1, L, L)

    @classmethod
    def fit(cls, train: Tensor, valid: Tensor, levels: int) -> "RasterBigram":
        """Count on `train` (N, D), D >= 2, and choose the smoothing on `valid` (M, D)."""
        hot = _one_hot(train, levels)  # (N, D, L)
        if hot.shape[1] < 2:
            raise ValueError("train has one pixel a row, expected at least two: a bigram needs a pair.")
        pairs = torch.einsum("nda,ndb->dab", hot[:, :-1], hot[:, 1:])  # (D - 1, L, L)
        return _best(lambda a: cls(hot[:, 0].sum(0), pairs, a), valid)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) of rows `x` (B, D), shape (B,), in nats."""
        steps, levels, _ = self.log_next.shape
        check_batch(x, (steps + 1,))
        check_levels(x, levels)
        x = x.long()
        return self.log_first[x[:, 0]] + self.log_next[torch.arange(steps, device=x.device), x[:, :-1], x[:, 1:]].sum(
            -1
        )

    def sample(self, n: int) -> Tensor:
        """Return `n` draws, shape (n, D)."""
        check_count(n)
        x = [torch.multinomial(self.log_first.exp(), n, replacement=True)]
        for table in self.log_next.exp():
            x.append(torch.multinomial(table[x[-1]], 1)[:, 0])
        return torch.stack(x, dim=1).float()  # (n, D)


def _smoothed(counts: Tensor, smoothing: float) -> Tensor:
    """Return the logarithm of (counts + smoothing), normalised over the last axis."""
    if not (smoothing > 0 and math.isfinite(smoothing)):
        raise ValueError(f"smoothing is {smoothing}, expected a positive number: zero makes unseen levels impossible.")
    p = counts.double() + smoothing
    return (p / p.sum(-1, keepdim=True)).log().float()


def _one_hot(x: Tensor, levels: int) -> Tensor:
    """Return rows of levels (N, D) as indicators (N, D, L)."""
    check_count(levels, "levels")
    check_matrix(x, "train", "D")
    check_levels(x, levels, "train")
    return one_hot(x.long(), levels).double()


def _best(fit: Callable[[float], Model], valid: Tensor) -> Model:
    """Return the model whose smoothing gives the validation data the highest mean log-likelihood."""
    return max((fit(a) for a in SMOOTHINGS), key=lambda model: float(model.log_prob(valid).mean()))
