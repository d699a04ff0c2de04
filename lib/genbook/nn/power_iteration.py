"""Power iteration: the largest singular value of a weight, at the price of two matrix-vector products a step."""

import torch
from torch import Tensor
from torch.nn.functional import normalize


def power_step(matrix: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
    """Return unit vectors u (M,) along matrix v, and v (N,) along matrix^T u: matrix (M, N), v (N,).

    Repeated, u and v tend to the first singular pair, and u . matrix v to the largest singular value s_1 from below.
    A step shrinks what is left of the second pair by (s_2 / s_1)^2, and the error of the value by the square of that.

    >>> u, v = power_step(torch.tensor([[3.0, 0.0], [0.0, 1.0]]), torch.tensor([1.0, 0.0]))
    >>> float(u @ torch.tensor([[3.0, 0.0], [0.0, 1.0]]) @ v)
    3.0
    """
    with torch.no_grad():
        u = normalize(matrix @ v, dim=0)
        return u, normalize(matrix.T @ u, dim=0)
