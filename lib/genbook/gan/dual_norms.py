"""Norms of a critic's gradient: each is the dual of a norm that measures distances between examples."""

import math
from collections.abc import Callable

import torch
from torch import Tensor


def euclidean(gradient: Tensor) -> Tensor:
    """Return the Euclidean norm of every row, its own dual: (B, *event) -> (B,)."""
    return torch.linalg.vector_norm(gradient.flatten(1), dim=1)


def dual_of_lp(p: float) -> Callable[[Tensor], Tensor]:
    """Return the dual of |x|_p = (sum |x_i|^p)^(1/p): the norm |g|_q with 1/p + 1/q = 1, for p from 1 to infinity.

    By Hoelder's inequality a function with |grad f|_q <= 1 everywhere changes by at most |x - y|_p from x to y.

    Raises:
        ValueError: p is below 1 or NaN.

    >>> dual_of_lp(1.0)(torch.tensor([[3.0, -4.0]]))  # distances along the axes: the largest slope counts
    tensor([4.])
    """
    if not p >= 1:
        raise ValueError(f"p is {p}, expected a number from 1 to infinity.")
    q = math.inf if p == 1 else 1.0 if p == math.inf else p / (p - 1)
    return lambda gradient: torch.linalg.vector_norm(gradient.flatten(1), ord=q, dim=1)


def dual_of_sobolev(s: float) -> Callable[[Tensor], Tensor]:
    """Return the dual of the Sobolev norm W^(s, 2) of periodic images (B, C, H, W): W^(-s, 2).

    |x|^2 weighs the frequency xi of the image, in radians a pixel, by (1 + |xi|^2)^s, so for s > 0 differences in fine
    detail are long distances, and the dual norm forgives steep slopes there (Adler and Lunz 2018).
    """

    def norm(gradient: Tensor) -> Tensor:
        height, width = gradient.shape[-2:]
        rows, columns = (2 * math.pi * torch.fft.fftfreq(n, device=gradient.device) for n in (height, width))
        weight = (1 + rows[:, None].square() + columns.square()).pow(-s / 2)  # (H, W)
        spectrum = torch.fft.fft2(gradient, norm="ortho") * weight
        return torch.linalg.vector_norm(spectrum.flatten(1), dim=1)

    return norm
