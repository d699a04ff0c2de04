"""Annealed importance sampling: log Z by a walk from a distribution that is known to one that is not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import torch
from torch import Tensor

from genbook.checks import check_batch


class AnnealingPath(Protocol):
    """Unnormalised densities p*_beta for beta from 0 to 1, with a transition that leaves each of them as it is."""

    def log_density(self, x: Tensor, beta: float) -> Tensor:
        """Return log p*_beta(x): (B, *event) -> (B,)."""
        ...

    def transition(self, x: Tensor, beta: float) -> Tensor:
        """Return x after a step that is in detailed balance with p_beta: (B, *event) -> (B, *event)."""
        ...

    def base_sample(self, n: int) -> Tensor:
        """Return n exact draws of p_0, (n, *event)."""
        ...

    def base_log_z(self) -> float:
        """Return log Z_0, the normaliser of p*_0."""
        ...


@dataclass(frozen=True)
class LogZ:
    """An estimate of log Z from n log-weights: log of the mean weight, in nats.

    `standard_error` is that of the mean weight, relative to it, which to first order is that of log Z; `ess` is the
    effective sample size (sum w)^2 / sum w^2.
    """

    value: float
    standard_error: float
    ess: float


@torch.no_grad()
def forward_log_weights(path: AnnealingPath, betas: Sequence[float], chains: int) -> Tensor:
    """Return log w of `chains` walks from p_0 to p_1, (chains,), with E[w] = Z_1 / Z_0 (Neal 2001).

    w = prod_k p*_{beta_k}(x_{k-1}) / p*_{beta_{k-1}}(x_{k-1}): a walk is paid for each change of the density at the
    place where the change finds it, then makes a step. betas = [0, 1] is plain importance sampling.

    Raises:
        ValueError: betas do not climb from 0 to 1.
    """
    check_schedule(betas)
    x = path.base_sample(chains)
    log_w = torch.zeros(chains, dtype=torch.float64, device=x.device)
    for k in range(1, len(betas)):
        log_w += (path.log_density(x, betas[k]) - path.log_density(x, betas[k - 1])).double()
        if k < len(betas) - 1:  # a step after the last change would earn nothing
            x = path.transition(x, betas[k])
    return log_w


@torch.no_grad()
def reverse_log_weights(path: AnnealingPath, betas: Sequence[float], x: Tensor) -> Tensor:
    """Return log w of walks from x (B, *event) at beta = 1 back to p_0, (B,): the weight of the same walk forwards.

    If x are exact draws of p_1, E[1 / w] = Z_0 / Z_1 (Burda, Grosse and Salakhutdinov 2015).

    Raises:
        ValueError: betas do not climb from 0 to 1.
    """
    check_schedule(betas)
    if not isinstance(x, Tensor) or x.dim() == 0:
        raise TypeError(f"x is a {type(x).__name__}, expected a batch of draws (B, *event).")
    check_batch(x, x.shape[1:])
    log_w = torch.zeros(len(x), dtype=torch.float64, device=x.device)
    for k in range(len(betas) - 1, 0, -1):
        if k < len(betas) - 1:
            x = path.transition(x, betas[k])
        log_w += (path.log_density(x, betas[k]) - path.log_density(x, betas[k - 1])).double()
    return log_w


def estimate_log_z(base_log_z: float, log_w: Tensor) -> LogZ:
    """Return log Z_1 from forward log-weights (n,): log Z_0 + log mean w.

    The mean weight is unbiased for Z_1 / Z_0, so by Jensen's inequality its logarithm is too low on average.
    """
    return _log_mean(base_log_z, log_w, 1.0)


def reverse_log_z(base_log_z: float, log_w: Tensor) -> LogZ:
    """Return log Z_1 from reverse log-weights (n,) of exact draws: log Z_0 - log mean 1/w.

    The mean of 1 / w is unbiased for Z_0 / Z_1, so by Jensen's inequality this is too high on average.
    """
    return _log_mean(base_log_z, log_w, -1.0)


def raise_log_prob(path: AnnealingPath, betas: Sequence[float], x: Tensor, chains: int = 1) -> Tensor:
    """Return for each row of x (B, *event) a conservative estimate of its log-probability in nats, (B,).

    The forward walk, p_0 to p_1, is itself a generative model, close to p_1 where the walk is slow. A reverse walk from
    x gives an unbiased estimate of x's probability under it, so the mean of the logarithm is a lower bound on that
    log-probability (RAISE; Burda, Grosse and Salakhutdinov 2015), which itself is no bound on p_1's.
    """
    rows = x.repeat_interleave(chains, 0)  # (B * chains, *event)
    log_w = reverse_log_weights(path, betas, rows)
    log_p = path.log_density(rows, 1.0).double() - path.base_log_z() - log_w
    return log_p.view(len(x), chains).logsumexp(1) - math.log(chains)


def linear_schedule(steps: int) -> list[float]:
    """Return betas 0, 1/steps, ..., 1.

    >>> linear_schedule(4)
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """
    return [k / steps for k in range(steps + 1)]


def sigmoid_schedule(steps: int, slope: float = 4.0) -> list[float]:
    """Return betas that climb slowly at both ends: a logistic curve over [-slope, slope], scaled to [0, 1]."""
    curve = torch.sigmoid(torch.linspace(-slope, slope, steps + 1, dtype=torch.float64))
    return ((curve - curve[0]) / (curve[-1] - curve[0])).tolist()


def check_schedule(betas: Sequence[float]) -> None:
    """Raise ValueError unless betas climb from 0 to 1."""
    if len(betas) < 2 or betas[0] != 0 or betas[-1] != 1 or not all(a < b for a, b in pairwise(betas)):
        raise ValueError(
            f"betas run from {list(betas[:3])} to {list(betas[-1:])}, expected numbers that climb from 0 to 1: "
            "take linear_schedule(steps)."
        )


def _log_mean(base_log_z: float, log_w: Tensor, sign: float) -> LogZ:
    if log_w.dim() != 1 or len(log_w) < 2:
        raise ValueError(f"log_w has shape {tuple(log_w.shape)}, expected (n,) with n >= 2 chains.")
    signed, n = sign * log_w.double(), len(log_w)
    total = signed.logsumexp(0)
    share = (signed - total).exp()  # (n,), sums to 1
    value = base_log_z + sign * (total.item() - math.log(n))
    return LogZ(value, (share * n).std().item() / math.sqrt(n), 1 / share.square().sum().item())
