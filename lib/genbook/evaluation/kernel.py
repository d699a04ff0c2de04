"""A distance of two sets of features that assumes no Gaussian and has no bias."""

from torch import Tensor

from genbook.evaluation.inputs import check_pair


def kernel_distance(a: Tensor, b: Tensor) -> float:
    """Return the unbiased squared maximum mean discrepancy of features (N, F) and (M, F), a number around 0 or above.

    The kernel is (x . y / F + 1)^3, as in the kernel Inception distance of Binkowski et al. (2018, section 4); the
    estimate is that of Gretton et al. (2012, eq. 3). Its expectation does not depend on N and M, and is 0 for two
    sets from one distribution, so single values can be negative.

    Raises:
        TypeError, ValueError: not two matrices with the same F, fewer than two rows, or NaN.

    >>> import torch
    >>> kernel_distance(torch.tensor([[0.0], [0.0]]), torch.tensor([[1.0], [1.0]]))
    7.0
    """
    check_pair(a, b)
    a, b = (x.detach().cpu().double() for x in (a, b))
    within = sum(_off_diagonal_mean(_kernel(x, x)) for x in (a, b))
    return float(within - 2 * _kernel(a, b).mean())


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    """Return the kernel of every pair of rows, (N, F), (M, F) -> (N, M)."""
    return (x @ y.T / x.shape[1] + 1) ** 3


def _off_diagonal_mean(k: Tensor) -> Tensor:
    """Return the mean of a square matrix (N, N) without its diagonal."""
    n = len(k)
    return (k.sum() - k.trace()) / (n * (n - 1))
