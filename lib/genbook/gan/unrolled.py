"""Unrolled GANs: the generator plays against the critic that its own draws are about to produce."""

import math

import torch
from torch import Tensor, nn
from torch.func import functional_call

from genbook.checks import check_count
from genbook.gan.gan import GAN
from genbook.gan.objectives import Objective
from genbook.protocols import HasSample

Weights = dict[str, Tensor]


class Unrolled(GAN):
    """A GAN whose generator looks `steps` updates of the critic ahead (Metz et al. 2017, eq. 10).

    Its loss is the objective's at phi_k, where phi_{i+1} = phi_i - step_size * dL_critic/dphi (phi_i, G), and gradients
    flow through the updates, which depend on G's draws. The critic itself is trained as ever, one real step a round.

    Raises:
        TypeError, ValueError: `steps` is not a whole number of at least 1, or `step_size` is not finite and above 0.
    """

    def __init__(
        self,
        generator: nn.Module,
        critic: nn.Module,
        latent: HasSample,
        objective: Objective,
        data: HasSample,
        steps: int = 5,
        step_size: float = 0.1,
    ) -> None:
        """Join both players, the noise, the losses and the data that the critic sees while it is unrolled."""
        super().__init__(generator, critic, latent, objective)
        check_count(steps, "steps")
        if not (math.isfinite(step_size) and step_size > 0):
            raise ValueError(f"step_size is {step_size}, expected a finite number above 0.")
        if not isinstance(data, HasSample):
            raise TypeError(f"data is a {type(data).__name__}, expected a distribution with sample(n): Examples(x).")
        self.data, self.steps, self.step_size = data, steps, step_size

    def unroll(self, x: Tensor, x_model: Tensor) -> Weights:
        """Return phi_k by name, a differentiable function of x_model (B, *event); x (steps, B, *event) is data."""
        phi = {name: weight.detach().requires_grad_() for name, weight in self.critic.named_parameters()}
        for batch in x:
            real, fake = (functional_call(self.critic, phi, (each,)) for each in (batch, x_model))
            slopes = torch.autograd.grad(self.objective.critic(real, fake), list(phi.values()), create_graph=True)
            phi = {name: phi[name] - self.step_size * slope for name, slope in zip(phi, slopes, strict=True)}
        return phi

    def generator_loss(self, z: Tensor) -> Tensor:
        """Return the generator's loss against the critic after `steps` updates, shape ()."""
        x_model = self.generator(z)
        x = self.data.sample(self.steps * len(z)).unflatten(0, (self.steps, len(z)))  # (steps, B, *event)
        return self.objective.generator(functional_call(self.critic, self.unroll(x, x_model), (x_model,)))
