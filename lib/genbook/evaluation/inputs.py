"""The check that every measurement on tables of numbers shares."""

from torch import Tensor

from genbook.checks import check_batch, check_finite


def check_matrix(x: Tensor, name: str, columns: str) -> None:
    """Raise unless `x` is a finite floating tensor (N, columns) with at least one row and one column."""
    if isinstance(x, Tensor) and (x.dim() != 2 or x.shape[1] == 0):
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected (N, {columns}): one row an example.")
    check_batch(x, x.shape[1:] if isinstance(x, Tensor) else (), name)
    check_finite(x, name)


def check_pair(a: Tensor, b: Tensor) -> None:
    """Raise unless `a` and `b` are finite floating matrices with at least two rows each and equally many columns."""
    for name, features in (("a", a), ("b", b)):
        check_matrix(features, name, "F")
        if len(features) < 2:
            raise ValueError(f"{name} has one row, expected at least two: a single example has no spread.")
    if a.shape[1] != b.shape[1]:
        raise ValueError(f"a has {a.shape[1]} features and b has {b.shape[1]}, expected the same features for both.")
