"""Sylvester flows: a planar flow with many units, whose determinant stays as small as the number of units."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.flows.planar import above_minus_one
from genbook.numerics.newton import newton_in_bracket

LIMIT = 3.0  # of |log of the diagonal of R_tilde|


def orthonormal(v: Tensor) -> Tensor:
    """Return a matrix Q (D, M) with orthonormal columns for any v (M, D): M Householder reflections of the first axes.

    Q is the first M columns of H_1 ... H_M with H_k = I - 2 n n^T, n = v_k / |v_k|; for v_k = 0 it is I. With a sign a
    column, every set of M orthonormal vectors is such a product (Tomczak & Welling 2016; van den Berg et al. 2018).

    >>> Q = orthonormal(torch.randn(2, 5))
    >>> torch.allclose(Q.T @ Q, torch.eye(2), atol=1e-6)
    True
    """
    v = v / v.abs().amax(1, keepdim=True).clamp_min(torch.finfo(v.dtype).tiny).detach()
    n = v / v.norm(dim=1, keepdim=True).clamp_min(1.0)  # (M, D), of length 1 or 0
    Q = torch.eye(v.shape[1], len(v), dtype=v.dtype, device=v.device)  # (D, M)
    for row in reversed(n):
        Q = Q - 2 * torch.outer(row, row @ Q)
    return Q


class Sylvester(nn.Module):
    """z = x + Q R tanh(R_tilde Q^T x + b) with M = `units`, invertible for any parameters (van den Berg et al. 2018).

    Q (D, M) has orthonormal columns; R and R_tilde (M, M) are upper triangular, so that Sylvester's identity leaves the
    determinant of a triangular matrix (their eq. 13-14). The product of the diagonals stays above -1 (their theorem 2).
    `inverse` solves M equations in one unknown each, from the last unit to the first, without a gradient.

    Raises:
        TypeError, ValueError: dim or units is not a whole number of at least 1, or units is above dim.

    >>> layer = Sylvester(4, units=2)
    >>> z, log_det = layer(torch.zeros(3, 4))
    >>> torch.allclose(layer.inverse(z)[0], torch.zeros(3, 4), atol=1e-5)
    True
    """

    def __init__(self, dim: int, units: int) -> None:
        """Draw directions, biases and small triangles: the layer starts near the identity."""
        super().__init__()
        check_count(dim, "dim")
        check_count(units, "units", most=dim)
        self.v = nn.Parameter(torch.randn(units, dim))
        self.upper = nn.Parameter(0.1 * torch.randn(2, units, units))  # of R and R_tilde, above the diagonal
        self.diagonal = nn.Parameter(0.1 * torch.randn(2, units))  # of R_tilde R and of R_tilde, any real numbers
        self.b = nn.Parameter(torch.randn(units))

    def matrices(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return Q (D, M), R (M, M), R_tilde (M, M) and the diagonal t (M,) of R_tilde R, each entry above -1."""
        t = above_minus_one(self.diagonal[0])
        diagonal = (LIMIT * torch.tanh(self.diagonal[1] / LIMIT)).exp()
        R = self.upper[0].triu(1) + (t / diagonal).diag_embed()
        R_tilde = self.upper[1].triu(1) + diagonal.diag_embed()
        return orthonormal(self.v), R, R_tilde, t

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx| = sum of log(1 + tanh' t): (B, D) -> (B, D), (B,)."""
        check_batch(x, self.v.shape[1:])
        Q, R, R_tilde, t = self.matrices()
        h = torch.tanh(x @ Q @ R_tilde.T + self.b)  # (B, M)
        return x + h @ R.T @ Q.T, torch.log1p(t * (1 - h * h)).sum(1)

    @torch.no_grad()
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|, without gradient: (B, D) -> (B, D), (B,).

        With a = R_tilde Q^T x the map reads R_tilde Q^T z = a + R_tilde R tanh(a + b), a triangular system.

        Raises:
            RuntimeError: a root was not found within the tolerance, as for a z that is not finite.
        """
        check_batch(z, self.v.shape[1:], "z")
        Q, R, R_tilde, t = self.matrices()
        T, y = R_tilde @ R, z @ Q @ R_tilde.T  # (M, M), (B, M)
        h = torch.zeros_like(y)
        for i in reversed(range(len(t))):
            rest = y[:, i] - h[:, i + 1 :] @ T[i, i + 1 :]
            a = newton_in_bracket(lambda a, i=i: self._unit(a, i, t), rest, rest - t[i].abs(), rest + t[i].abs())
            h[:, i] = torch.tanh(a + self.b[i])
        return z - h @ R.T @ Q.T, -torch.log1p(t * (1 - h * h)).sum(1)

    def _unit(self, a: Tensor, i: int, t: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.tanh(a + self.b[i])
        return a + t[i] * h, 1 + t[i] * (1 - h * h)
