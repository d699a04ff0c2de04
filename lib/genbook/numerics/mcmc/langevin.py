"""The unadjusted Langevin algorithm: gradient descent on the energy, shaken so hard that it samples."""

import math

import torch
from torch import Tensor

from genbook.numerics.mcmc.point import Energy, Record, at, check_chains, check_step_size


def langevin_step(x: Tensor, grad: Tensor, eps: Tensor, step_size: float, noise: float = 1.0) -> Tensor:
    """Return x - eta grad E(x) + noise sqrt(2 eta) eps, all of shape (B, *event); eps is standard normal noise.

    >>> langevin_step(torch.ones(1, 1), torch.ones(1, 1), torch.ones(1, 1), step_size=0.5)
    tensor([[1.5000]])
    """
    return x - step_size * grad + noise * math.sqrt(2 * step_size) * eps


def langevin(
    energy: Energy,
    x: Tensor,
    step_size: float,
    steps: int,
    noise: float = 1.0,
    clip: float = math.inf,
    record: Record | None = None,
) -> Tensor:
    """Run B independent Langevin chains from x (B, *event) and return where they end, (B, *event).

    Euler's method for dx = -grad E(x) dt + sqrt(2) dW, whose stationary density is exp(-E) / Z (Roberts and Tweedie
    1996). A finite step leaves a bias of order eta; on a Gaussian of variance v it diverges from eta = 2 v on.

    Args:
        noise: factor on the noise; 0 is gradient descent, anything else aims at exp(-E / noise^2) as eta shrinks.
        clip: largest magnitude of an entry of the gradient (Du and Mordatch 2019); a clipped chain samples another
            density.
        record: is shown the state after every step, for example `draws.append`; memory does not grow without it.

    Raises:
        ValueError: bad input, or the chains have left the finite numbers.

    >>> from genbook.numerics import seeded
    >>> with seeded(0):
    ...     x = langevin(lambda x: x.square().sum(1) / 2, torch.zeros(1000, 2), step_size=0.1, steps=50)
    >>> bool((x.var(0) - 1).abs().max() < 0.15)
    True
    """
    check_chains(x, steps)
    check_step_size(step_size)
    for _ in range(steps):
        grad = at(energy, x).grad.clamp(-clip, clip)
        x = langevin_step(x.detach(), grad, torch.randn_like(x), step_size, noise)
        if record is not None:
            record(x)
    if not torch.isfinite(x).all():
        raise ValueError(f"the chains left the finite numbers at step_size {step_size}: use a smaller one, or a clip.")
    return x
