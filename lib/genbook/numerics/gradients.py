"""Gradients of an expectation whose distribution holds the parameter: grad_theta E_{q_theta(x)}[f(x)], two ways.

Every function works on draws that the caller made and returns one estimate a draw, so that a mean is an unbiased
gradient and a variance is what it looks like. theta is one vector of P numbers.
"""

from collections.abc import Callable

from torch import Tensor
from torch.func import grad, vmap


def scores(log_q: Callable[[Tensor, Tensor], Tensor], theta: Tensor, x: Tensor) -> Tensor:
    """Return grad_theta log q_theta(x_i) for every draw: theta (P,), x (n, *event) -> (n, P).

    `log_q(theta, x)` maps one theta and one x of shape (*event) to a scalar. The mean of a score is zero.

    >>> import torch
    >>> scores(lambda theta, x: -(x - theta).square().sum() / 2, torch.zeros(1), torch.tensor([[2.0]]))
    tensor([[2.]])
    """
    _check_theta(theta)
    return vmap(grad(log_q), (None, 0))(theta, x)


def score_function_gradients(values: Tensor, score: Tensor, baseline: Tensor | float = 0.0) -> Tensor:
    """Return (f(x_i) - b) grad_theta log q_theta(x_i): values f (n,), scores (n, P) -> (n, P).

    From grad q = q grad log q (Williams 1992, REINFORCE): f need not be differentiable, nor x continuous. A baseline b
    leaves the mean as it is as long as it does not depend on its own x_i; (), (P,) and (n, 1) are possible shapes.

    Raises:
        ValueError: the shapes do not fit.
    """
    if values.dim() != 1 or score.dim() != 2 or len(values) != len(score):
        raise ValueError(
            f"values has shape {tuple(values.shape)} and score {tuple(score.shape)}, expected (n,) and (n, P)."
        )
    return (values[:, None] - baseline) * score


def pathwise_gradients(
    f: Callable[[Tensor], Tensor], transform: Callable[[Tensor, Tensor], Tensor], theta: Tensor, noise: Tensor
) -> Tensor:
    """Return grad_theta f(g(theta, eps_i)) for every draw of the noise: theta (P,), noise (n, *event) -> (n, P).

    With x = g(theta, eps) the distribution of eps holds no parameter, so the gradient moves inside (Kingma and Welling
    2014, section 2.4). `transform(theta, eps)` gives one x, `f(x)` a scalar; both must be differentiable.

    >>> import torch
    >>> pathwise_gradients(lambda x: x.square().sum(), torch.add, torch.ones(1), torch.tensor([[0.5]]))
    tensor([[3.]])
    """
    _check_theta(theta)
    return vmap(grad(lambda parameter, eps: f(transform(parameter, eps))), (None, 0))(theta, noise)


def leave_one_out(values: Tensor) -> Tensor:
    """Return the mean of the other draws' values as a baseline for each, (n,) -> (n, 1), which keeps it unbiased.

    Raises:
        ValueError: there are fewer than two draws.

    >>> import torch
    >>> leave_one_out(torch.tensor([1.0, 2.0, 6.0])).flatten()
    tensor([4.0000, 3.5000, 1.5000])
    """
    if values.dim() != 1 or len(values) < 2:
        raise ValueError(f"values has shape {tuple(values.shape)}, expected (n,) with n >= 2: one draw has no others.")
    return ((values.sum() - values) / (len(values) - 1))[:, None]


def optimal_baseline(values: Tensor, score: Tensor) -> Tensor:
    """Return the constant b = E[f s^2] / E[s^2] that minimises each parameter's variance, (n,), (n, P) -> (P,).

    Estimated on the draws given: use it on other draws, or accept a bias of order 1/n.
    """
    square = score.square()
    return (values[:, None] * square).sum(0) / square.sum(0)


def control_coefficient(gradients: Tensor, control: Tensor) -> Tensor:
    """Return c = Cov(g, h) / Var(h), for which g - c (h - E[h]) varies least, (n, P), (n, P) -> (P,).

    The variance that is left is 1 - Corr(g, h)^2 of what it was. Estimated on the draws given, like `optimal_baseline`.
    """
    away = control - control.mean(0)
    return ((gradients - gradients.mean(0)) * away).sum(0) / away.square().sum(0)


def _check_theta(theta: Tensor) -> None:
    if not theta.is_floating_point() or theta.dim() != 1:
        raise ValueError(
            f"theta has shape {tuple(theta.shape)} and dtype {theta.dtype}, expected one floating vector (P,)."
        )
