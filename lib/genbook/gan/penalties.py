"""What is added to the critic's loss so that its slope stays in bounds: gradient penalties."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.checks import check_batch


def input_gradients(critic: nn.Module, x: Tensor) -> Tensor:
    """Return the gradient of every score with respect to its own example: x (B, *event) -> (B, *event).

    The result stays in the graph, so a penalty on it can be differentiated with respect to the critic's weights (double
    backward). Rows are separate only if the critic scores every example by itself: with batch norm in training mode
    they are not.

    Raises:
        ValueError: the critic does not return one score a row.

    >>> input_gradients(lambda x: x.square().sum(1) / 2, torch.tensor([[1.0, 2.0], [3.0, 4.0]])).detach()
    tensor([[1., 2.],
            [3., 4.]])
    """
    check_batch(x, x.shape[1:])
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        score = critic(x)
        if score.shape != x.shape[:1]:
            raise ValueError(f"the critic returned the shape {tuple(score.shape)}, expected (B,): one score a row.")
        return torch.autograd.grad(score.sum(), x, create_graph=True)[0]


@dataclass(frozen=True)
class R1:
    """weight / 2 times the mean squared norm of the critic's gradient at real examples (Mescheder et al. 2018, eq. 9).

    At an equilibrium the critic is flat on the data, so the penalty leaves that point as it is; everywhere else it
    takes away slope, and with it the rotation of the game.

    >>> from genbook.gan import MLPCritic
    >>> x = torch.randn(4, 2)
    >>> R1(weight=10.0)(MLPCritic(2, (8,)), x, x).shape
    torch.Size([])
    """

    weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a weight that would reward slope."""
        if not self.weight >= 0:
            raise ValueError(f"weight is {self.weight}, expected a number of at least 0.")

    def __call__(self, critic: nn.Module, x: Tensor, x_model: Tensor) -> Tensor:
        """Return the penalty at the real examples x (B, *event), shape (); the generated ones are not looked at."""
        return self.weight / 2 * input_gradients(critic, x).flatten(1).square().sum(1).mean()
