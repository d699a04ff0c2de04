"""Games of two numbers whose steps can be followed by hand: V = theta phi, and the Dirac-GAN.

For V = theta phi every step is a matrix; here it stands in closed form, with its spectral radius.
"""

import math

import torch
from torch import Tensor

from genbook.gan.dynamics import Game
from genbook.gan.objectives import Objective


def xy_game(weight: float = 0.0) -> Game:
    """The generator minimises V = theta phi, the critic maximises it; theta and phi have the shape (1,).

    `weight` is that of R1 as in `dirac_gan`: it adds weight phi^2 / 2 to what the critic minimises.

    >>> from genbook.gan.dynamics import State, field
    >>> field(xy_game(), State(torch.tensor([2.0]), torch.tensor([3.0])))
    State(theta=tensor([3.]), phi=tensor([-2.]))
    """
    _check_at_least_0(weight=weight)
    return Game(
        lambda theta, phi: (theta * phi).sum(),
        lambda theta, phi: weight / 2 * phi.square().sum() - (theta * phi).sum(),
    )


def dirac_gan(objective: Objective, weight: float = 0.0, noise: float = 0.0) -> Game:
    """The Dirac-GAN of Mescheder et al. (2018, def. 2.1): all data at 0, all samples at theta, the critic phi x.

    `weight` is that of R1, whose gradient is phi everywhere, so it adds weight phi^2 / 2. `noise` is the standard
    deviation of noise on data and samples alike, +noise or -noise with equal chance (instance noise).

    >>> from genbook.gan import NonSaturating
    >>> from genbook.gan.dynamics import State, field, jacobian
    >>> game = dirac_gan(NonSaturating(), weight=0.3)
    >>> jacobian(lambda w: field(game, w), State(torch.zeros(1), torch.zeros(1)))
    tensor([[ 0.0000, -0.5000],
            [ 0.5000,  0.3000]])
    """
    _check_at_least_0(weight=weight, noise=noise)

    def scores(theta: Tensor, phi: Tensor) -> Tensor:
        """The critic at samples with noise, (1,), (1,) -> (2,)."""
        return phi * (theta + noise * theta.new_tensor([1.0, -1.0]))

    def critic_loss(theta: Tensor, phi: Tensor) -> Tensor:
        real = scores(torch.zeros_like(theta), phi)
        return objective.critic(real, scores(theta, phi)) + weight / 2 * phi.square().sum()

    return Game(lambda theta, phi: objective.generator(scores(theta, phi)), critic_loss)


def xy_simultaneous(lr: float) -> Tensor:
    """Return the matrix of a simultaneous step: a rotation by atan(lr) times sqrt(1 + lr^2), shape (2, 2)."""
    return _matrix([1.0, -lr], [lr, 1.0])


def xy_alternating(lr: float) -> Tensor:
    """Return the matrix of an alternating step, the critic first: its determinant is 1.

    Up to lr = 2 its eigenvalues lie on the unit circle and theta^2 + lr theta phi + phi^2 never changes.
    """
    return _matrix([1 - lr**2, -lr], [lr, 1.0])


def xy_extragradient(lr: float) -> Tensor:
    """Return the matrix of an extragradient step: a rotation times sqrt(1 - lr^2 + lr^4)."""
    return _matrix([1 - lr**2, -lr], [lr, 1 - lr**2])


def xy_consensus(lr: float, weight: float) -> Tensor:
    """Return the matrix of a consensus step: a rotation times sqrt((1 - lr weight)^2 + lr^2)."""
    return _matrix([1 - lr * weight, -lr], [lr, 1 - lr * weight])


def xy_optimistic(lr: float) -> Tensor:
    """Return the matrix of an optimistic step from (state, before) to (next, state), shape (4, 4)."""
    return _matrix(
        [1.0, -2 * lr, 0.0, lr],
        [2 * lr, 1.0, -lr, 0.0],
        [1.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0],
    )


def xy_optimistic_radius(lr: float) -> float:
    """Return the spectral radius of `xy_optimistic`: below 1 for lr < 1 / sqrt(3), least at lr = 1/2."""
    inside = 1 - 4 * lr**2
    if inside >= 0:
        return math.sqrt((1 + math.sqrt(inside)) / 2)
    return math.hypot(0.5, lr + math.sqrt(-inside) / 2)


def xy_alternating_radius(lr: float) -> float:
    """Return the spectral radius of `xy_alternating`: 1 up to lr = 2, above that lr^2/2 - 1 + lr sqrt(lr^2/4 - 1)."""
    return 1.0 if lr <= 2 else lr**2 / 2 - 1 + lr * math.sqrt(lr**2 / 4 - 1)


def _check_at_least_0(**values: float) -> None:
    for name, value in values.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} is {value}, expected a finite number of at least 0.")


def _matrix(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)
