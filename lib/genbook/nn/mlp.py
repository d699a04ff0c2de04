"""A fully connected network."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import Tensor, nn

from genbook.checks import check_count


class MLP(nn.Sequential):
    """A fully connected network (B, *event) -> (B, outputs); what comes after the batch is flattened.

    Dropout follows every activation and acts in training mode only.

    Raises:
        TypeError, ValueError: a width is not a whole number of at least 1, or dropout is not in [0, 1).

    >>> import torch
    >>> MLP(3, (8, 8), 2)(torch.zeros(5, 3)).shape
    torch.Size([5, 2])
    """

    def __init__(
        self,
        inputs: int,
        hidden: Sequence[int],
        outputs: int,
        activation: Callable[[], nn.Module] = nn.SiLU,
        dropout: float = 0.0,
    ) -> None:
        """Draw the weights of one linear layer a width."""
        for name, size in [("inputs", inputs), ("outputs", outputs), *(("a hidden width", width) for width in hidden)]:
            check_count(size, name)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}, expected a share from 0 to below 1.")
        layers: list[nn.Module] = []
        for before, after in pairwise([inputs, *hidden]):
            layers += [nn.Linear(before, after), activation(), nn.Dropout(dropout) if dropout else nn.Identity()]
        super().__init__(*layers, nn.Linear([inputs, *hidden][-1], outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Return the outputs of every row, shape (B, outputs)."""
        return super().forward(x.flatten(1))
