"""Several scales: half of the channels are done early, the others go on."""

import torch
from torch import Tensor, nn

from genbook.flows.transform import check_transform
from genbook.protocols import Transform


class FactorOut(nn.Module):
    """The first half of the channels goes on through `rest`, the second half is noise already (Dinh et al. 2017, 3.6).

    So a deep flow spends its work on a part of the variables, and every variable gets a gradient through few layers.
    A `Coupling` right before it that moves the second half given the first is Glow's learned prior of that half.

    Raises:
        TypeError: `rest` does not map both ways.

    >>> from genbook.flows import Permutation
    >>> FactorOut(Permutation(torch.tensor([1, 0])))(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))[0]
    tensor([[2., 1., 3., 4.]])
    """

    def __init__(self, rest: Transform) -> None:
        """Keep the transform of the first half."""
        super().__init__()
        check_transform(rest, "rest")
        self.rest = rest

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the log-determinant of `rest`: (B, C, ...) -> (B, C, ...), (B,)."""
        first, second = x.chunk(2, 1)
        z, log_det = self.rest(first)
        return torch.cat([z, second], 1), log_det

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and the log-determinant of the inverse of `rest`."""
        first, second = z.chunk(2, 1)
        x, log_det = self.rest.inverse(first)
        return torch.cat([x, second], 1), log_det
