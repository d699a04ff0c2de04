"""Three ways to fit a score without the constant of a density: explicit, denoising, sliced."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_batch

Score = Callable[[Tensor], Tensor]
"""score(x), (B, D) -> (B, D): a model of grad log p, every row for itself."""


def explicit_score_loss(score: Score, x: Tensor) -> Tensor:
    """Return tr(ds/dx) + 1/2 |s(x)|^2 of every row, x (B, D) -> (B,): D backward passes (Hyvarinen 2005, eq. 4).

    Its mean over data is 1/2 E|s - grad log p|^2 up to a constant, by partial integration where p vanishes far away.
    """
    x, s = _scored(score, x)
    trace = sum(_gradient(s[:, d], x)[:, d] for d in range(x.shape[1]))
    return trace + 0.5 * s.square().sum(1)


def sliced_score_loss(score: Score, x: Tensor, v: Tensor, reduced: bool = True) -> Tensor:
    """Return v . ds/dx v + 1/2 |s|^2 of every row: x and v (B, D) -> (B,), one backward pass (Song et al. 2019, eq. 8).

    For v of mean 0 and covariance I an unbiased estimate of the explicit loss. `reduced` takes the known 1/2 |s|^2 for
    1/2 (v . s)^2, which has the same mean and varies more.
    """
    check_batch(v, x.shape[1:], "v")
    x, s = _scored(score, x)
    projected = (v * s).sum(1)  # (B,)
    curvature = (_gradient(projected, x) * v).sum(1)
    return curvature + 0.5 * (s.square().sum(1) if reduced else projected.square())


def denoising_score_loss(score: Score, x: Tensor, eps: Tensor, sigma: float) -> Tensor:
    """Return 1/2 |s(x + sigma eps) + eps / sigma|^2 of every row: x and eps (B, D) -> (B,) (Vincent 2011, eq. 9).

    Its minimiser is the score of the data blurred by N(0, sigma^2 I), not that of the data.
    """
    check_batch(eps, x.shape[1:], "eps")
    return 0.5 * (score(x + sigma * eps) + eps / sigma).flatten(1).square().sum(1)


def _scored(score: Score, x: Tensor) -> tuple[Tensor, Tensor]:
    check_batch(x, x.shape[1:])
    x = x.detach().requires_grad_()
    return x, score(x)


def _gradient(y: Tensor, x: Tensor) -> Tensor:
    """Return dy_i / dx_i for every row i, keeping the graph: y (B,), x (B, D) -> (B, D)."""
    return torch.autograd.grad(y.sum(), x, create_graph=True)[0]
