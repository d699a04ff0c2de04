"""Every point of a small discrete space, so that a sum can replace a belief."""

import torch
from torch import Tensor

MOST = 2**22  # states; above this the table alone takes hundreds of megabytes


def all_states(dim: int, levels: int = 2) -> Tensor:
    """Return all vectors of {0, ..., levels - 1}^dim in lexicographic order, shape (levels**dim, dim), float.

    Raises:
        ValueError: `dim` or `levels` is below 1, or there are more than 2**22 states.

    >>> all_states(2)
    tensor([[0., 0.],
            [0., 1.],
            [1., 0.],
            [1., 1.]])
    """
    if dim < 1 or levels < 1:
        raise ValueError(f"dim is {dim} and levels is {levels}, expected both to be at least 1.")
    if levels**dim > MOST:
        raise ValueError(
            f"{levels}^{dim} states are too many to enumerate, expected at most {MOST}: use a smaller space."
        )
    index = torch.arange(levels**dim)
    place = levels ** torch.arange(dim - 1, -1, -1)
    return (index[:, None] // place % levels).float()
