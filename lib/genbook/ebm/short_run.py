"""Short-run chains: a fixed number of Langevin steps, taken at its word as a generator."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.ebm.igebm import EnergyModel


class ShortRun(nn.Module):
    """x = M(z): `steps` steps down the energy from z ~ start, always the same number (Nijkamp et al. 2019, eq. 6).

    The chain does not reach the energy's distribution and is not meant to: what is drawn is the law of M(z), and z is
    a latent variable of the same shape as x. Trained with `loss`, M is a generator that matches moments of the data
    (Nijkamp et al. 2019, section 3.3); the energy alone is then no density of them.
    """

    def __init__(
        self, model: EnergyModel, start: Callable[[int], Tensor], step_size: float, steps: int, noise: float = 1.0
    ) -> None:
        """Draw z by `start(n)`; `noise` multiplies the noise sqrt(2 step_size) eps of every step."""
        super().__init__()
        check_count(steps, "steps")
        if not 0 < step_size < math.inf:
            raise ValueError(f"step_size is {step_size}, expected a positive finite number.")
        self.model, self.start, self.step_size, self.steps, self.noise = model, start, step_size, steps, noise

    def generate(self, z: Tensor, noise: float = 0.0) -> Tensor:
        """Return M(z), (B, *shape): without noise a function of z, through which gradients flow if z requires them."""
        check_batch(z, self.model.shape, "z")
        keep, x = z.requires_grad, z
        for _ in range(self.steps):
            with torch.enable_grad():
                x = x if keep else x.detach().requires_grad_()
                (grad,) = torch.autograd.grad(self.model.energy(x).sum(), x, create_graph=keep)
            eps = torch.randn_like(x) if noise else torch.zeros_like(x)
            x = x - self.step_size * grad + noise * math.sqrt(2 * self.step_size) * eps
        return x if keep else x.detach()

    def sample(self, n: int) -> Tensor:
        """Return n draws of M(z) with the noise of training, (n, *shape): exact for this generator."""
        check_count(n)
        with torch.no_grad():
            return self.generate(self.start(n), self.noise)

    def loss(self, x: Tensor) -> Tensor:
        """Return the energy model's loss of the data x (B, *shape) against as many short runs, shape ()."""
        return self.model.loss(x, self.sample(len(x)))

    def invert(self, x: Tensor, steps: int = 100, lr: float = 0.1) -> tuple[Tensor, Tensor]:
        """Search z with M(z) near x by Adam; return z and the mean squared error of every row, (B, *shape) and (B,)."""
        check_batch(x, self.model.shape)
        check_count(steps, "steps")
        z = self.start(len(x)).to(x).requires_grad_()
        adam = torch.optim.Adam([z], lr)
        with torch.enable_grad():
            for _ in range(steps):
                error = (self.generate(z) - x).flatten(1).square().mean(1)  # (B,)
                (z.grad,) = torch.autograd.grad(error.sum(), z)
                adam.step()
        z = z.detach()
        with torch.no_grad():
            return z, (self.generate(z) - x).flatten(1).square().mean(1)
