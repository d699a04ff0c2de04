"""What is added to the critic's loss so that its slope stays in bounds: gradient penalties."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from genbook.checks import check_batch
from genbook.gan.dual_norms import euclidean


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


def interpolates(x: Tensor, x_model: Tensor, u: Tensor) -> Tensor:
    """Return points between pairs, x + u (x_model - x): x, x_model (B, *event), u (B,) from 0 to 1 -> (B, *event).

    Raises:
        ValueError: the batches differ in shape.
    """
    if x.shape != x_model.shape:
        raise ValueError(f"x has shape {tuple(x.shape)} and x_model {tuple(x_model.shape)}, expected equal shapes.")
    return torch.lerp(x, x_model.to(x.dtype), u.to(x).reshape(-1, *[1] * (x.dim() - 1)))


@dataclass(frozen=True)
class GradientPenalty:
    """weight * E[(|grad D| - 1)^2] between real and generated examples (Gulrajani et al. 2017, eq. 3).

    `norm` (B, *event) -> (B,) measures the gradient. It is the *dual* of the norm that measures distances between
    examples (Adler and Lunz 2018): Euclidean for Euclidean distances, `dual_of_lp(p)` for others.

    The penalty is soft: on two points at the distance w the best slope is not 1 but 1 + w / (2 weight).

    >>> from genbook.gan import MLPCritic
    >>> x = torch.randn(4, 2)
    >>> GradientPenalty()(MLPCritic(2, (8,)), x, x + 1).shape
    torch.Size([])
    """

    weight: float = 10.0
    norm: Callable[[Tensor], Tensor] = euclidean

    def __post_init__(self) -> None:
        """Refuse a weight that would reward slopes other than 1."""
        if not self.weight >= 0:
            raise ValueError(f"weight is {self.weight}, expected a number of at least 0.")

    def __call__(self, critic: nn.Module, x: Tensor, x_model: Tensor) -> Tensor:
        """Draw one point between each pair and return the penalty there, shape ()."""
        return self.at(critic, interpolates(x, x_model, torch.rand(len(x), device=x.device)))

    def at(self, critic: nn.Module, points: Tensor) -> Tensor:
        """Return the penalty at `points` (B, *event), shape (): every example pays for its own slope."""
        return self.weight * (self.norm(input_gradients(critic, points)) - 1).square().mean()


@dataclass(frozen=True)
class OneSidedPenalty:
    """weight * E[max(0, |grad D| - 1)^2] between real and generated examples (Petzka et al. 2018).

    The 1-Lipschitz functions pay nothing. So a critic that begins with a slope in the wrong direction can turn it
    round through 0, where the two-sided `GradientPenalty` has a barrier of height `weight`.
    """

    weight: float = 10.0
    norm: Callable[[Tensor], Tensor] = euclidean

    def __post_init__(self) -> None:
        """Refuse a weight that would reward slope."""
        if not self.weight >= 0:
            raise ValueError(f"weight is {self.weight}, expected a number of at least 0.")

    def __call__(self, critic: nn.Module, x: Tensor, x_model: Tensor) -> Tensor:
        """Draw one point between each pair and return the penalty there, shape ()."""
        return self.at(critic, interpolates(x, x_model, torch.rand(len(x), device=x.device)))

    def at(self, critic: nn.Module, points: Tensor) -> Tensor:
        """Return the penalty at `points` (B, *event), shape (): only examples steeper than 1 pay."""
        return self.weight * relu(self.norm(input_gradients(critic, points)) - 1).square().mean()


@dataclass(frozen=True)
class LargestSlope:
    """weight times the largest squared gradient norm between real and generated examples (Zhou et al. 2019).

    The Lipschitz constant is a largest slope, so only the steepest point of the batch pays. Together with a loss that
    is convex and rising in the scores, such as the cross-entropy of `NonSaturating`, the best critic is unique and its
    gradient at a generated example points at a real one.
    """

    weight: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a weight that would reward slope."""
        if not self.weight >= 0:
            raise ValueError(f"weight is {self.weight}, expected a number of at least 0.")

    def __call__(self, critic: nn.Module, x: Tensor, x_model: Tensor) -> Tensor:
        """Draw one point between each pair and return the penalty there, shape ()."""
        return self.at(critic, interpolates(x, x_model, torch.rand(len(x), device=x.device)))

    def at(self, critic: nn.Module, points: Tensor) -> Tensor:
        """Return the penalty at `points` (B, *event), shape (): only the steepest of them pays."""
        return self.weight * input_gradients(critic, points).flatten(1).square().sum(1).amax()
