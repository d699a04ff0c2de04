"""Orthogonal maps: products of reflections, and random rotations."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count


def random_rotation(dim: int) -> Tensor:
    """Return a random orthogonal matrix (D, D) of determinant 1, a usual start of a linear layer.

    >>> A = random_rotation(3)
    >>> torch.allclose(A @ A.T, torch.eye(3), atol=1e-5)
    True
    """
    check_count(dim, "dim")
    Q, R = torch.linalg.qr(torch.randn(dim, dim))
    Q = Q * R.diagonal().sign()  # uniform over all orthogonal matrices
    Q[:, 0] *= torch.linalg.slogdet(Q).sign  # det itself underflows in many dimensions
    return Q


class Householder(nn.Module):
    """z = H_K ... H_1 x with reflections H_k = I - 2 n_k n_k^T, n_k = v_k / |v_k|: orthogonal, so no volume changes.

    D reflections reach every orthogonal matrix up to its sign (Tomczak & Welling 2016). A zero v_k reflects the first
    axis. After a `Triangular` layer it makes a linear flow by QR factors, A = Q R.

    >>> layer = Householder(3, 2)
    >>> x = torch.randn(5, 3)
    >>> torch.allclose(layer(x)[0].norm(dim=1), x.norm(dim=1), atol=1e-5)
    True
    """

    def __init__(self, dim: int, reflections: int) -> None:
        """Draw the vectors v (K, D) from N(0, I)."""
        super().__init__()
        check_count(dim, "dim")
        check_count(reflections, "reflections")
        self.v = nn.Parameter(torch.randn(reflections, dim))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the reflected rows, and zeros: (B, D) -> (B, D), (B,)."""
        return self._reflect(x, self._normals(), "x")

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the rows reflected in reverse order: each reflection is its own inverse."""
        return self._reflect(z, self._normals().flip(0), "z")

    def _normals(self) -> Tensor:
        first = torch.zeros_like(self.v)
        first[:, 0] = 1
        largest = self.v.abs().amax(1, keepdim=True)  # divide first: a square of a tiny number is zero
        scaled = torch.where(largest > 0, self.v / largest.clamp_min(torch.finfo(self.v.dtype).tiny), first)
        return scaled / scaled.norm(dim=1, keepdim=True)

    def _reflect(self, x: Tensor, normals: Tensor, name: str) -> tuple[Tensor, Tensor]:
        check_batch(x, self.v.shape[1:], name)
        for n in normals:
            x = x - 2 * (x @ n)[:, None] * n
        return x, x.new_zeros(len(x))
