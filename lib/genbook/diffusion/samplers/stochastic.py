"""Samplers that follow a stochastic differential equation, or shake at one level before they go on to the next."""

import math

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.diffusion.prediction import Denoiser
from genbook.diffusion.samplers.walk import Record, Step, steps
from genbook.diffusion.schedule import Schedule
from genbook.diffusion.sde import coefficients


@torch.no_grad()
def euler_maruyama(
    denoiser: Denoiser, schedule: Schedule, x: Tensor, times: Tensor, record: Record | None = None
) -> Tensor:
    """Return x after Euler steps of the reverse equation dx = (f x - g^2 score) dt + g dW, t falling.

    (Anderson 1982; Song et al. 2021, eq. 6). Times stay above zero, where the score still exists.
    """
    for step in steps(schedule, x, times):
        x = _reverse_euler(denoiser, schedule, x, step)
        if record is not None:
            record(x)
    return x


def _reverse_euler(denoiser: Denoiser, schedule: Schedule, x: Tensor, step: Step) -> Tensor:
    f, g2 = coefficients(schedule, step.t)
    dt = float(step.t - step.s)
    score = denoiser(x, step.t).score(step.now.sigma)
    return x - dt * (f * x - g2 * score) + math.sqrt(dt * g2) * torch.randn_like(x)


@torch.no_grad()
def predictor_corrector(
    denoiser: Denoiser,
    schedule: Schedule,
    x: Tensor,
    times: Tensor,
    corrections: int = 1,
    ratio: float = 0.16,
    record: Record | None = None,
) -> Tensor:
    """Return x after Euler steps back in time, each followed by Langevin steps at the level reached (Song et al. 2021).

    The step size of a correction is 2 alpha_s^2 (ratio |noise| / |score|)^2 with mean norms over the batch (their
    algorithms 4 and 5). It is a heuristic: it brings the marginal closer to p_s where the predictor has left it.
    """
    check_count(corrections, "corrections")
    for step in steps(schedule, x, times):
        x = _reverse_euler(denoiser, schedule, x, step)
        for _ in range(corrections if step.then.sigma > 0 else 0):
            score, noise = denoiser(x, step.s).score(step.then.sigma), torch.randn_like(x)
            size = 2 * (step.then.alpha * ratio * _mean_norm(noise) / _mean_norm(score)) ** 2
            x = x + size * score + (2 * size).sqrt() * noise
        if record is not None:
            record(x)
    return x


@torch.no_grad()
def annealed_langevin(
    denoiser: Denoiser,
    schedule: Schedule,
    x: Tensor,
    times: Tensor,
    each: int = 100,
    step_size: float = 0.05,
    record: Record | None = None,
) -> Tensor:
    """Return x after `each` Langevin steps at every level but the last, from noisy to clean (Song and Ermon 2019).

    At noise sigma a step is x + a score + sqrt(2 a) noise with a = step_size sigma^2, so that signal and noise of a
    step keep their ratio (algorithm 1, whose alpha is 2 a). The last time only says where the levels end.
    """
    check_count(each, "each")
    for step in steps(schedule, x, times):
        size = step_size * step.now.sigma**2
        for _ in range(each):
            score = denoiser(x, step.t).score(step.now.sigma)
            x = x + size * score + math.sqrt(2 * size) * torch.randn_like(x)
        if record is not None:
            record(x)
    return x


def _mean_norm(x: Tensor) -> Tensor:
    return x.flatten(1).norm(dim=1).mean()
