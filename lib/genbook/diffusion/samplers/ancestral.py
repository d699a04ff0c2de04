"""Back through the chain with fresh noise at every step: ancestral sampling of DDPM, and DDIM, which can do without."""

import math

import torch
from torch import Tensor

from genbook.diffusion.kernels import q_xs_xt_x0, q_xt_xs
from genbook.diffusion.prediction import Denoiser, Prediction
from genbook.diffusion.samplers.walk import Record, Step, steps
from genbook.diffusion.schedule import Schedule


@torch.no_grad()
def ancestral(
    denoiser: Denoiser,
    schedule: Schedule,
    x: Tensor,
    times: Tensor,
    blend: float = 0.0,
    record: Record | None = None,
) -> Tensor:
    """Return draws of the reverse chain p(x_s | x_t) = q(x_s | x_t, x_0 = denoised) (Ho et al. 2020, algorithm 2).

    The log-variance lies between that of q(x_s | x_t, x_0), `blend` 0, and that of q(x_t | x_s), `blend` 1, the two
    choices of the paper; a denoiser that predicts a blend overrules. The last step, to clean data, adds no noise.
    """
    for step in steps(schedule, x, times):
        x = ancestral_step(x, denoiser(x, step.t), step, blend, torch.randn_like(x))
        if record is not None:
            record(x)
    return x


def ancestral_step(x: Tensor, found: Prediction, step: Step, blend: float, noise: Tensor) -> Tensor:
    """Return mean + deviation * noise of p(x_s | x_t), all (B, *event)."""
    kernel = q_xs_xt_x0(step.then, step.now)
    mean = kernel.gain * x + kernel.shift * found.x_0
    if kernel.variance == 0:
        return mean
    low, high = math.log(kernel.variance), math.log(q_xt_xs(step.then, step.now).variance)
    if found.blend is None:
        return mean + math.exp(0.5 * (low + blend * (high - low))) * noise
    return mean + torch.exp(0.5 * (low + found.blend * (high - low))) * noise


@torch.no_grad()
def ddim(
    denoiser: Denoiser,
    schedule: Schedule,
    x: Tensor,
    times: Tensor,
    eta: float = 0.0,
    record: Record | None = None,
) -> Tensor:
    """Return x after steps that keep the noise that was found, but for a share that is drawn afresh: DDIM.

    x_s = alpha_s x_0 + sqrt(sigma_s^2 - v) eps + sqrt(v) noise with v = eta^2 times the posterior variance (Song
    et al. 2021b, eq. 12 and 16). eta = 0 is deterministic, eta = 1 over all steps is DDPM.
    """
    for step in steps(schedule, x, times):
        found = denoiser(x, step.t)
        variance = eta**2 * q_xs_xt_x0(step.then, step.now).variance if eta else 0.0
        kept = math.sqrt(max(step.then.sigma**2 - variance, 0.0))
        x = torch.add(step.then.alpha * found.x_0, found.eps, alpha=kept)
        if variance:
            x = x + math.sqrt(variance) * torch.randn_like(x)
        if record is not None:
            record(x)
    return x
