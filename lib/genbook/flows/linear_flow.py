"""Linear flows z = A x + b: a dense matrix, and the structures that make its determinant and its inverse cheap."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite
from genbook.flows.flow import Flow
from genbook.nn import StandardNormal


class Dense(nn.Module):
    """z = A x + b with any invertible matrix: log-determinant and inverse cost D^3 operations.

    Raises:
        TypeError, ValueError: `matrix` is not a square floating matrix, or is singular.

    >>> z, log_det = Dense(2 * torch.eye(2))(torch.ones(1, 2))
    >>> log_det.exp()
    tensor([4.], grad_fn=<ExpBackward0>)
    """

    def __init__(self, matrix: Tensor) -> None:
        """Start at A = matrix (D, D), b = 0."""
        super().__init__()
        _check_invertible(matrix)
        self.weight = nn.Parameter(matrix.detach().clone(memory_format=torch.contiguous_format))
        self.bias = nn.Parameter(matrix.new_zeros(len(matrix)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return A x + b and log |det A|: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.bias.shape)
        return x @ self.weight.T + self.bias, torch.linalg.slogdet(self.weight).logabsdet.expand(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return A^-1 (z - b) and -log |det A|; raise torch.linalg.LinAlgError if training has made A singular."""
        check_batch(z, self.bias.shape, "z")
        x = torch.linalg.solve(self.weight, (z - self.bias).T).T
        return x, -torch.linalg.slogdet(self.weight).logabsdet.expand(len(z))


class Triangular(nn.Module):
    """z = L x + b with L lower triangular, its diagonal exp(log_diagonal) > 0: invertible for any parameters.

    The log-determinant is a sum of D numbers, the inverse a substitution of D^2 operations a row.

    >>> layer = Triangular(3)
    >>> torch.equal(layer(torch.eye(3))[0], torch.eye(3))
    True
    """

    def __init__(self, dim: int) -> None:
        """Start as the identity."""
        super().__init__()
        check_count(dim, "dim")
        self.below = nn.Parameter(torch.zeros(dim, dim))  # read below the diagonal only
        self.log_diagonal = nn.Parameter(torch.zeros(dim))
        self.bias = nn.Parameter(torch.zeros(dim))

    def matrix(self) -> Tensor:
        """Return L (D, D)."""
        return self.below.tril(-1) + self.log_diagonal.exp().diag()

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return L x + b and the sum of the log-diagonal: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.bias.shape)
        return x @ self.matrix().T + self.bias, self.log_diagonal.sum().expand(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return L^-1 (z - b) by forward substitution, and minus the sum."""
        check_batch(z, self.bias.shape, "z")
        x = torch.linalg.solve_triangular(self.matrix(), (z - self.bias).T, upper=False).T
        return x, -self.log_diagonal.sum().expand(len(z))


class PLU(nn.Module):
    """z = P L U x + b: a fixed permutation, a unit lower and an upper triangular factor (Kingma and Dhariwal 2018).

    The diagonal of U is sign * exp(log_size) with fixed signs, so no parameter value is singular and log |det| is the
    sum of log_size (eq. 11): the sum of log |s|, not the log of a sum.

    Raises:
        TypeError, ValueError: `matrix` is not a square floating matrix, or is singular.

    >>> layer = PLU(torch.tensor([[0.0, 2.0], [3.0, 0.0]]))
    >>> layer(torch.ones(1, 2))[0]
    tensor([[2., 3.]], grad_fn=<AddBackward0>)
    """

    def __init__(self, matrix: Tensor) -> None:
        """Start at the factors of A = matrix (D, D), and b = 0."""
        super().__init__()
        _check_invertible(matrix)
        P, L, U = torch.linalg.lu(matrix)
        self.register_buffer("permutation", P.argmax(1))  # row i of P L is row permutation[i] of L
        self.register_buffer("sign", U.diagonal().sign())
        self.lower, self.upper = nn.Parameter(L.tril(-1)), nn.Parameter(U.triu(1))
        self.log_size = nn.Parameter(U.diagonal().abs().log())
        self.bias = nn.Parameter(matrix.new_zeros(len(matrix)))

    def matrix(self) -> Tensor:
        """Return A = P L U (D, D)."""
        L, U = self._factors()
        return (L @ U)[self.permutation]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return P L U x + b and the sum of log_size: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.bias.shape)
        L, U = self._factors()
        return (x @ U.T @ L.T)[:, self.permutation] + self.bias, self.log_size.sum().expand(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the noise mapped back by two substitutions, and minus the sum."""
        check_batch(z, self.bias.shape, "z")
        L, U = self._factors()
        y = (z - self.bias)[:, self.permutation.argsort()].T
        y = torch.linalg.solve_triangular(L, y, upper=False, unitriangular=True)
        return torch.linalg.solve_triangular(U, y, upper=True).T, -self.log_size.sum().expand(len(z))

    def _factors(self) -> tuple[Tensor, Tensor]:
        L = self.lower.tril(-1) + torch.ones_like(self.log_size).diag()
        return L, self.upper.triu(1) + (self.sign * self.log_size.exp()).diag()


def whitening_flow(x: Tensor) -> Flow:
    """Return the linear flow of greatest likelihood on x (N, D): the Gaussian of the sample mean and covariance.

    The likelihood of any linear flow with a normal base is that of a Gaussian, so none can do better. Here A = L^-1
    for the Cholesky factor L of the covariance (divided by N), and b = -A mean.

    Raises:
        TypeError, ValueError: x is not a finite floating matrix, or its covariance is singular.
    """
    check_batch(x, x.shape[1:] if isinstance(x, Tensor) and x.dim() == 2 else ("D",))
    check_finite(x)
    mean = x.mean(0)
    L, failed = torch.linalg.cholesky_ex((x - mean).T @ (x - mean) / len(x))
    if failed:
        raise ValueError(
            f"x {tuple(x.shape)} has a singular covariance, expected more rows than columns: "
            "drop columns that are constant or sums of others."
        )
    A = torch.linalg.solve_triangular(L, torch.eye(len(L), dtype=x.dtype, device=x.device), upper=False)
    layer = Triangular(x.shape[1]).to(x)
    with torch.no_grad():
        layer.below.copy_(A.tril(-1))
        layer.log_diagonal.copy_(A.diagonal().log())
        layer.bias.copy_(-A @ mean)
    return Flow(StandardNormal(x.shape[1]).to(x), [layer])


def _check_invertible(matrix: Tensor) -> None:
    """Raise unless `matrix` is a square floating matrix whose smallest singular value is not lost to rounding."""
    if not isinstance(matrix, Tensor) or not matrix.is_floating_point():
        raise TypeError(f"matrix is a {type(matrix).__name__}, expected a floating tensor of shape (D, D).")
    if matrix.dim() != 2 or matrix.shape[0] != matrix.shape[1] or not len(matrix):
        raise ValueError(f"matrix has shape {tuple(matrix.shape)}, expected (D, D) with D >= 1.")
    check_finite(matrix, "matrix")
    size = torch.linalg.svdvals(matrix)
    if size[-1] <= len(matrix) * torch.finfo(matrix.dtype).eps * size[0]:
        raise ValueError(
            f"matrix has singular values from {float(size[-1]):.2g} to {float(size[0]):.2g}, expected an invertible "
            "one: a singular map loses information, and a flow has to map back."
        )
