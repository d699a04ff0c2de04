"""The check that every measurement on tables of numbers shares."""

from torch import Tensor

from genbook.checks import check_batch, check_finite


def check_matrix(x: Tensor, name: str, columns: str) -> None:
    """Raise unless `x` is a finite floating tensor (N, columns) with at least one row and one column."""
    if isinstance(x, Tensor) and (x.dim() != 2 or x.shape[1] == 0):
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected (N, {columns}): one row an example.")
    check_batch(x, x.shape[1:] if isinstance(x, Tensor) else (), name)
    check_finite(x, name)
