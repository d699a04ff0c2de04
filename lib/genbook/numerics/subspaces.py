"""How far two subspaces are apart."""

import torch
from torch import Tensor


def principal_angles(a: Tensor, b: Tensor) -> Tensor:
    """Return the angles between the spans of the columns of a (D, K) and b (D, M) in radians, smallest first.

    There are min(K, M) of them, from 0 to pi/2; all are 0 where one span holds the other. Sines are used below 45
    degrees and cosines above, because the arc cosine loses half of its digits near 0 (Björck & Golub 1973).

    Raises:
        ValueError: a and b are not matrices with the same number of rows, or columns are linearly dependent.

    >>> principal_angles(torch.eye(3)[:, :1], torch.ones(3, 1)).cos().square()
    tensor([0.3333])
    """
    if a.dim() != 2 or b.dim() != 2 or len(a) != len(b) or max(a.shape[1], b.shape[1]) > len(a):
        raise ValueError(
            f"a has shape {tuple(a.shape)} and b {tuple(b.shape)}, expected matrices (D, K) and (D, M) with K, M <= D."
        )
    if a.shape[1] < b.shape[1]:
        a, b = b, a
    for name, columns in (("a", a), ("b", b)):
        if torch.linalg.matrix_rank(columns) < columns.shape[1]:
            raise ValueError(f"the {columns.shape[1]} columns of {name} are dependent, expected a basis.")
    u, v = torch.linalg.qr(a.double())[0], torch.linalg.qr(b.double())[0]  # (D, K), (D, M) with M <= K
    cosines = torch.linalg.svdvals(u.T @ v).clamp(max=1)  # largest first
    sines = torch.linalg.svdvals(v - u @ (u.T @ v)).clamp(max=1).flip(0)
    return torch.where(cosines**2 > 0.5, sines.asin(), cosines.acos()).to(a.dtype)
