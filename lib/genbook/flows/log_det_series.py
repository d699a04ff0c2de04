"""log |det(I + J)| of a contraction's Jacobian J, exactly and by estimates whose mean is exact."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

Network = Callable[[Tensor], Tensor]


class Terms(Protocol):
    """How many terms of a series are computed, and what each of them counts."""

    def draw(self) -> int:
        """Return how many terms to compute this time."""
        ...

    def weights(self, n: int) -> list[float]:
        """Return the factors of terms 1 to n."""
        ...


@dataclass(frozen=True)
class Truncated:
    """The first `terms` terms, always: cheap and biased (Behrmann et al. 2019)."""

    terms: int = 5

    def draw(self) -> int:
        """Return the fixed number."""
        return self.terms

    def weights(self, n: int) -> list[float]:
        """Return ones."""
        return [1.0] * n


@dataclass(frozen=True)
class Roulette:
    """Russian roulette: `always` terms, then one more each time a coin with P(heads) = `go` shows heads.

    Term k counts 1 / P(it is computed) = go^-(k - always), so that the mean is the whole series (Chen et al. 2019,
    eq. 6). The variance is finite where go exceeds the square of the contraction's Lipschitz constant.

    Raises:
        ValueError: `always` is negative or `go` is not between 0 and 1.
    """

    always: int = 2
    go: float = 0.5

    def __post_init__(self) -> None:
        """Check the numbers."""
        if self.always < 0 or not 0 < self.go < 1:
            raise ValueError(f"always is {self.always} and go is {self.go}, expected always >= 0 and 0 < go < 1.")

    def draw(self) -> int:
        """Return how many terms to compute, from torch's generator on the CPU."""
        return self.always + int(torch.empty(()).geometric_(1 - self.go)) - 1

    def weights(self, n: int) -> list[float]:
        """Return the inverse probabilities that terms 1 to n are computed."""
        return [self.go ** -max(0, k - self.always) for k in range(1, n + 1)]


def exact_log_det(network: Network, x: Tensor) -> Tensor:
    """Return log |det(I + dg/dx)| for g = `network`, from the whole Jacobian: D passes, (B, D) -> (B,)."""
    keep = torch.is_grad_enabled()
    with torch.enable_grad():
        x, g = _with_graph(network, x)
        each = [g_d.sum() for g_d in g.unbind(1)]  # rows of a batch do not meet, so one pass serves them all
        rows = [torch.autograd.grad(g_d, x, create_graph=keep, retain_graph=True)[0] for g_d in each]
    jacobian = torch.stack(rows, 1)  # (B, D, D)
    return torch.linalg.slogdet(jacobian + torch.eye(len(rows), dtype=x.dtype, device=x.device)).logabsdet


def series_log_det(network: Network, x: Tensor, v: Tensor, weights: Sequence[float]) -> Tensor:
    """Return sum_k weights_k (-1)^(k+1) / k v^T J^k v, with autograd's own gradient: (B, D), (B, D) -> (B,).

    For v with mean zero and covariance I the mean over v is the weighted trace series of log det(I + J) (Behrmann et
    al. 2019, section 3.2). Its graph holds every product v^T J^k: memory grows with the number of terms.
    """
    keep = torch.is_grad_enabled()
    with torch.enable_grad():
        x, g = _with_graph(network, x)
        total = x.new_zeros(len(x))
        for k, row in enumerate(_rows(g, x, v, len(weights), keep), 1):
            total = total + weights[k - 1] * (-1) ** (k + 1) / k * (row * v).sum(1)
    return total


def neumann_log_det(network: Network, x: Tensor, v: Tensor, weights: Sequence[float]) -> Tensor:
    """Return the value of `series_log_det` with the gradient of the Neumann series, at memory constant in the terms.

    d log det(I + J) = tr((I + J)^-1 dJ), and (I + J)^-1 = sum_k (-1)^k J^k, without the 1 / k of the logarithm. The row
    vector sum_k weights_k (-1)^k v^T J^k, k from 0, needs no graph; only its product with dJ v does (Chen et al. 2019,
    eq. 8). The mean over v is the gradient of the logarithm's series.
    """
    keep = torch.is_grad_enabled()
    with torch.enable_grad():
        x, g = _with_graph(network, x)
        value, neumann = x.new_zeros(len(x)), v
        for k, row in enumerate(_rows(g, x, v, len(weights), False), 1):
            value = value + weights[k - 1] * (-1) ** (k + 1) / k * (row * v).sum(1)
            neumann = neumann + weights[k - 1] * (-1) ** k * row
        if not keep:
            return value
        surrogate = (torch.autograd.grad(g, x, neumann, create_graph=True)[0] * v).sum(1)  # sum_k .. v^T J^k J v
    return value.detach() + (surrogate - surrogate.detach())


def early_mean_log_det(network: nn.Module, x: Tensor, v: Tensor, weights: Sequence[float]) -> Tensor:
    """Return the mean of `neumann_log_det` over the batch, shape (), whose gradient is computed now and not later.

    What comes after multiplies the gradient of a mean by one number only, so the graph can be used and freed inside the
    forward pass: nothing is kept but x and one gradient a parameter (Chen et al. 2019, section 3.2).
    """
    if not torch.is_grad_enabled():
        return neumann_log_det(network, x, v, weights).mean()
    parameters = [p for p in network.parameters() if p.requires_grad]
    return _EarlyMean.apply(network, v, weights, x, *parameters)


class _EarlyMean(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, network: nn.Module, v: Tensor, weights: Sequence[float], x: Tensor, *theta: Tensor) -> Tensor:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            mean = neumann_log_det(network, x, v, weights).mean()
            grads = torch.autograd.grad(mean, (x, *theta), allow_unused=True)
        ctx.present = [g is not None for g in grads]
        ctx.save_for_backward(*(g for g in grads if g is not None))
        return mean.detach()

    @staticmethod
    def backward(ctx: Any, upstream: Tensor) -> tuple[Tensor | None, ...]:
        saved = iter(ctx.saved_tensors)
        return None, None, None, *(upstream * next(saved) if there else None for there in ctx.present)


def _with_graph(network: Network, x: Tensor) -> tuple[Tensor, Tensor]:
    """Return x and g(x), joined by a graph even where x is data."""
    x = x if x.requires_grad else x.detach().requires_grad_()
    return x, network(x)


def _rows(g: Tensor, x: Tensor, v: Tensor, n: int, keep: bool) -> Iterator[Tensor]:
    """Yield v^T J^k for k = 1 to n, one vector-Jacobian product each."""
    row = v
    for _ in range(n):
        row = torch.autograd.grad(g, x, row, create_graph=keep, retain_graph=True)[0]
        yield row
