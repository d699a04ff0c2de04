"""The price of a differentiable category: bias and variance of the Gumbel-softmax gradient against temperature."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.numerics.gradients import pathwise_gradients
from genbook.numerics.gumbel import gumbel_softmax


def exact_gradient(f: Callable[[Tensor], Tensor], logits: Tensor) -> Tensor:
    """Return grad_logits sum_k softmax(logits)_k f(e_k) by summing over the K categories, (K,) -> (K,).

    `f` maps one point of the simplex, (K,), to a scalar.
    """
    p = logits.softmax(0)
    values = torch.stack([f(corner) for corner in torch.eye(len(logits), dtype=logits.dtype)])
    return p * (values - p @ values)


def relaxed_gradient(
    f: Callable[[Tensor], Tensor], logits: Tensor, temperature: float, n: int
) -> tuple[Tensor, Tensor]:
    """Return mean and standard deviation of the Gumbel-softmax gradient for two categories, each (2,), by quadrature.

    The difference of two Gumbels is logistic, so one number u in (0, 1) stands for both: n midpoints make the error of
    the mean of order 1/n^2, and no draw is needed.

    Raises:
        ValueError: there are not two logits.
    """
    check_count(n, "n")
    if logits.shape != (2,):
        raise ValueError(f"logits has shape {tuple(logits.shape)}, expected (2,): quadrature is over one difference.")
    u = (torch.arange(n, dtype=logits.dtype) + 0.5) / n

    def relax(logits: Tensor, u: Tensor) -> Tensor:
        """Return the relaxed draw whose two Gumbels differ by the logistic quantile at u."""
        return ((logits + torch.stack([torch.logit(u), torch.zeros_like(u)])) / temperature).softmax(0)

    gradients = pathwise_gradients(f, relax, logits, u)  # (n, 2)
    return gradients.mean(0), gradients.std(0, correction=0)


def sampled_gradient(f: Callable[[Tensor], Tensor], logits: Tensor, temperature: float, u: Tensor) -> Tensor:
    """Return the Gumbel-softmax gradient of every draw for any K: logits (K,), u (n, K) -> (n, K)."""
    return pathwise_gradients(f, lambda theta, noise: gumbel_softmax(theta, noise, temperature), logits, u)
