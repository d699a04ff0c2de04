"""Historical averaging: both players are drawn towards the mean of their own past."""

import math

import torch
from torch import Tensor, nn

from genbook.gan.gan import GAN, Penalty
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample


class Past(nn.Module):
    """The running mean of a module's parameters, as buffers: theta_bar_t = mean of theta_1, ..., theta_t.

    >>> layer = nn.Linear(1, 1, bias=False)
    >>> past = Past(layer)
    >>> past.distance(layer).item()  # the past holds only the present
    0.0
    """

    def __init__(self, module: nn.Module) -> None:
        """Begin with an empty past."""
        super().__init__()
        self.register_buffer("count", torch.zeros(()))
        for k, parameter in enumerate(module.parameters()):
            self.register_buffer(f"mean_{k}", torch.zeros_like(parameter, requires_grad=False))

    def distance(self, module: nn.Module) -> Tensor:
        """Take in the present parameters, then return their squared distance to the mean, shape ()."""
        self.count += 1
        total = torch.zeros_like(self.count)
        for k, parameter in enumerate(module.parameters()):
            mean = getattr(self, f"mean_{k}")
            mean += (parameter.detach() - mean) / self.count
            total = total + (parameter - mean).square().sum()
        return total


class HistoricalAveraging(GAN):
    """A GAN with `weight` * || theta - mean of its past ||^2 in both losses (Salimans et al. 2016, section 3.3).

    Evaluating a loss adds the present to the past, so evaluate each once an update (`fit_adversarial` does).

    Raises:
        ValueError: `weight` is not a finite number of at least 0.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        weight: float = 1.0,
        penalty: Penalty | None = None,
    ) -> None:
        """Join both players, the noise and the losses."""
        super().__init__(generator, critic, latent, objective, penalty)
        if not (math.isfinite(weight) and weight >= 0):
            raise ValueError(f"weight is {weight}, expected a finite number of at least 0.")
        self.weight, self.generators, self.critics = weight, Past(generator), Past(critic)

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return the critic's loss and its distance from its past, shape ()."""
        return super().critic_loss(x, z) + self.weight * self.critics.distance(self.critic)

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return the generator's loss and its distance from its past, shape ()."""
        return super().generator_loss(z) + self.weight * self.generators.distance(self.generator)
