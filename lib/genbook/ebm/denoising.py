"""Denoising score matching of an energy: no chain and no constant, only noise that is to be undone."""

import torch
from torch import Tensor

from genbook.protocols import HasEnergy


def denoising_score_loss(model: HasEnergy, x: Tensor, eps: Tensor, sigma: float) -> Tensor:
    """Return 1/2 |sigma grad E(x + sigma eps) - eps|^2 of every row: x and eps (B, *shape) -> (B,) (Vincent 2011).

    Its mean is, up to a constant, sigma^2 times the squared distance between -grad E and the score of the data blurred
    by N(0, sigma^2 I): the energy learns the blurred density. Gradients flow to the parameters.
    """
    noisy = (x + sigma * eps).detach().requires_grad_()
    (grad,) = torch.autograd.grad(model.energy(noisy).sum(), noisy, create_graph=True)
    return 0.5 * (sigma * grad - eps).flatten(1).square().sum(1)
