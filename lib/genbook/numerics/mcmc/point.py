"""Where the chains are, with the energy and its gradient there, so that no kernel evaluates a place twice."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite

Energy = Callable[[Tensor], Tensor]  # (B, *event) -> (B,), in nats: p(x) is proportional to exp(-energy(x))
Record = Callable[[Tensor], object]  # is shown the state after every step, for example `draws.append`


class Point(NamedTuple):
    """B chains at x (B, *event), with E(x) (B,) and grad E(x) (B, *event); none of them carries a graph."""

    x: Tensor
    energy: Tensor
    grad: Tensor


def at(energy: Energy, x: Tensor) -> Point:
    """Evaluate the energy and its gradient at x, one backward pass; gradients of parameters are left alone.

    A chain that has left the finite numbers has energy inf and gradient 0, so that kernels that can reject it do.

    Raises:
        ValueError: `energy` does not return one number a chain.

    >>> at(lambda x: x.square().sum(1) / 2, torch.tensor([[3.0, 4.0]])).grad
    tensor([[3., 4.]])
    """
    finite = torch.isfinite(x).reshape(len(x), -1).all(1)  # (B,)
    with torch.enable_grad():
        inside = select(finite, x, torch.zeros_like(x)).detach().requires_grad_()
        value = energy(inside)  # (B,)
        check_energies(value, x)
        (grad,) = torch.autograd.grad(value.sum(), inside)  # (B, *event)
    value = value.detach().masked_fill(~finite, torch.inf)
    return Point(x.detach(), value, select(finite, grad, torch.zeros_like(grad)))


def select(keep: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """Return the rows of `new` where `keep` (B,) is true and those of `old` elsewhere, both (B, *event)."""
    return torch.where(keep.view(-1, *[1] * (new.dim() - 1)), new, old)


def select_points(keep: Tensor, new: Point, old: Point) -> Point:
    """Return for every chain its new point where `keep` (B,) is true, and its old one elsewhere."""
    return Point(*(select(keep, after, before) for after, before in zip(new, old, strict=True)))


def square_norm(x: Tensor) -> Tensor:
    """Return |x|^2 of every chain, (B, *event) -> (B,)."""
    return x.reshape(len(x), -1).square().sum(1)


def check_energies(value: Tensor, x: Tensor) -> None:
    """Raise ValueError unless `value` holds one energy a row of x."""
    if value.shape != x.shape[:1]:
        raise ValueError(
            f"energy returned shape {tuple(value.shape)} for {len(x)} chains, expected ({len(x)},): sum over the event."
        )


def check_chains(x: Tensor, steps: int) -> None:
    """Raise unless x (B, *event) is a finite floating batch and `steps` is a whole number of at least 1."""
    check_batch(x, x.shape[1:])
    check_finite(x)
    check_count(steps, "steps")


def check_step_size(step_size: float) -> None:
    """Raise ValueError unless the step size is positive and finite."""
    if not 0 < step_size < float("inf"):
        raise ValueError(f"step_size is {step_size}, expected a positive finite number.")
