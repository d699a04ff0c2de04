"""Jacobians by automatic differentiation: the independent witness for every claimed dependency or log-determinant."""

from collections.abc import Callable

import torch
from torch import Tensor


def jacobian(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return d f(x)_i / d x_j for one point: `x` has shape (D,), `f` maps (1, D) to (1, K); shape (K, D).

    Raises:
        ValueError: `x` is not a single vector.

    >>> jacobian(lambda x: x**2, torch.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if x.dim() != 1:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected (D,): the Jacobian is taken at one point.")
    return torch.autograd.functional.jacobian(lambda v: f(v[None])[0], x)


def log_abs_det(f: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Return log |det df/dx| for each row of `x`, shape (B, D) -> (B,), one full Jacobian a row.

    >>> log_abs_det(lambda x: 3 * x, torch.zeros(1, 2)).exp().round()
    tensor([9.])
    """
    return torch.stack([torch.linalg.slogdet(jacobian(f, row)).logabsdet for row in x])
