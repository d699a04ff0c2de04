"""A generative adversarial network: a generator, a critic, and the game that they play."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample

Penalty = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""(critic, x, x_model) -> (): what is added to the critic's loss, such as a gradient penalty."""


class GAN(nn.Module):
    """x = generator(z) with z from `latent`, judged by critic(x) -> (B,) (Goodfellow et al. 2014).

    `objective` holds both losses, `penalty` adds to the critic's. There is no density: what the model promises is
    `sample`. Train it with `fit_adversarial(Player(gan.critic, gan.critic_loss), Player(gan.generator,
    gan.generator_loss), batches, gan.latent.sample, steps)`.

    >>> from genbook.gan import MLPCritic, NonSaturating
    >>> from genbook.nn import MLP, StandardNormal
    >>> gan = GAN(MLP(2, (8,), 3), MLPCritic(3, (8,)), StandardNormal(2), NonSaturating())
    >>> gan.sample(5).shape
    torch.Size([5, 3])
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        penalty: Penalty | None = None,
    ) -> None:
        """Join both players, the noise and the losses."""
        super().__init__()
        if not isinstance(latent, HasSample):
            raise TypeError(f"latent is a {type(latent).__name__}, expected a distribution with sample(n).")
        self.generator, self.critic, self.latent = generator, critic, latent
        self.objective, self.penalty = objective, penalty

    def critic_loss(self, x: Tensor, z: Tensor) -> Tensor:
        """Return what the critic minimises: x (B, *event), z (B, *noise) -> (); no gradient reaches the generator."""
        x_model = self.generator(z).detach()
        check_batch(x, x_model.shape[1:])
        loss = self.objective.critic(self.critic(x), self.critic(x_model))
        return loss if self.penalty is None else loss + self.penalty(self.critic, x, x_model)

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return what the generator minimises: z (B, *noise) -> (); gradients flow through the critic."""
        return self.objective.generator(self.critic(self.generator(z)))

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, *event)."""
        check_count(n)
        with torch.no_grad():
            return self.generator(self.latent.sample(n))
