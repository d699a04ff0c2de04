"""Another order of the variables."""

from torch import Tensor, nn

from genbook.flows.transform import check_variables
from genbook.nn.masks import check_ordering


class Permutation(nn.Module):
    """z_d = x_{order[d]} along the first axis after the batch: no volume changes.

    Raises:
        TypeError, ValueError: `order` is not an int64 permutation of 0, ..., D - 1.

    >>> import torch
    >>> Permutation(torch.tensor([2, 0, 1]))(torch.tensor([[1.0, 2.0, 3.0]]))[0]
    tensor([[3., 1., 2.]])
    """

    def __init__(self, order: Tensor) -> None:
        """Keep the order and its inverse."""
        super().__init__()
        check_ordering(order, len(order) if isinstance(order, Tensor) and order.dim() else 1)
        self.register_buffer("order", order.clone())
        self.register_buffer("back", order.argsort())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the permuted variables, and zeros."""
        check_variables(x, len(self.order))
        return x.index_select(1, self.order), x.new_zeros(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the variables in their first order, and zeros."""
        check_variables(z, len(self.order), "z")
        return z.index_select(1, self.back), z.new_zeros(len(z))
