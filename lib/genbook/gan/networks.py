"""Critics as functions of one score a row."""

from collections.abc import Callable, Sequence

from torch import Tensor, nn

from genbook.nn import MLP


class MLPCritic(nn.Module):
    """A fully connected critic (B, *event) -> (B,): one score an example, without a sigmoid.

    >>> import torch
    >>> MLPCritic(2, (8,))(torch.zeros(3, 2)).shape
    torch.Size([3])
    """

    def __init__(self, inputs: int, hidden: Sequence[int], activation: Callable[[], nn.Module] = nn.LeakyReLU) -> None:
        """Draw the weights."""
        super().__init__()
        self.network = MLP(inputs, hidden, 1, activation)

    def forward(self, x: Tensor) -> Tensor:
        """Return the scores, shape (B,)."""
        return self.network(x)[:, 0]
