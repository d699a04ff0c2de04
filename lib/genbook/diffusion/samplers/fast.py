"""Fewer calls of the network: solvers of higher order for the probability flow."""

import math

import torch
from torch import Tensor

from genbook.diffusion.prediction import Denoiser
from genbook.diffusion.samplers.walk import Record, Step, steps, transfer
from genbook.diffusion.schedule import Level, Schedule, levels


@torch.no_grad()
def heun(denoiser: Denoiser, schedule: Schedule, x: Tensor, times: Tensor, record: Record | None = None) -> Tensor:
    """Return x after steps of Heun's method: two calls a step, second order (Karras et al. 2022, algorithm 1).

    In y = x / alpha and n = sigma / alpha the flow is dy/dn = eps, so a step averages the noise found at both of its
    ends. The step to clean data is Euler's: there is no noise left to find at its end.
    """
    for step in steps(schedule, x, times):
        eps = denoiser(x, step.t).eps
        ahead = transfer(x, eps, step.now, step.then)
        if step.then.sigma > 0:
            ahead = transfer(x, 0.5 * (eps + denoiser(ahead, step.s).eps), step.now, step.then)
        x = ahead
        if record is not None:
            record(x)
    return x


@torch.no_grad()
def dpm_solver_pp(
    denoiser: Denoiser, schedule: Schedule, x: Tensor, times: Tensor, record: Record | None = None
) -> Tensor:
    """Return x after steps of DPM-Solver++(2M): one call a step, second order (Lu et al. 2022, algorithm 2).

    With lambda = log(alpha / sigma) the flow is linear in x but for x_0, which is extrapolated from this step and the
    one before. The first step, and one to clean data, take x_0 as it is.
    """
    before: tuple[Tensor, float] | None = None  # x_0 and the length of the last step in lambda
    for step in steps(schedule, x, times):
        x_0 = denoiser(x, step.t).x_0
        length = _half_log_snr(step.then) - _half_log_snr(step.now)
        ahead = x_0
        if before is not None and math.isfinite(length):
            ahead = x_0 + length / (2 * before[1]) * (x_0 - before[0])
        x = torch.add(step.then.sigma / step.now.sigma * x, ahead, alpha=-step.then.alpha * math.expm1(-length))
        before = (x_0, length)
        if record is not None:
            record(x)
    return x


def _half_log_snr(level: Level) -> float:
    return math.log(level.alpha / level.sigma) if level.sigma > 0 else math.inf


@torch.no_grad()
def pndm(denoiser: Denoiser, schedule: Schedule, x: Tensor, times: Tensor, record: Record | None = None) -> Tensor:
    """Return x after pseudo linear multi-step steps: F-PNDM, second order (Liu et al. 2022, algorithm 2).

    Three pseudo Runge-Kutta steps of four calls begin; from then on one call a step suffices, and the noise is
    (55 e_t - 59 e_{t+1} + 37 e_{t+2} - 9 e_{t+3}) / 24 (eq. 12). The weights are those of a method of fourth order for
    equal steps; the transfer along the curve of alpha and sigma leaves the second order.
    """
    past: list[Tensor] = []
    for step in steps(schedule, x, times):
        if len(past) < 3:
            eps, first = runge_kutta_noise(denoiser, schedule, x, step)
            past.append(first)
        else:
            past = [*past[-3:], denoiser(x, step.t).eps]
            eps = (55 * past[3] - 59 * past[2] + 37 * past[1] - 9 * past[0]) / 24
        x = transfer(x, eps, step.now, step.then)
        if record is not None:
            record(x)
    return x


def runge_kutta_noise(denoiser: Denoiser, schedule: Schedule, x: Tensor, step: Step) -> tuple[Tensor, Tensor]:
    """Return the noise of a pseudo Runge-Kutta step of order four, and that at its beginning (Liu et al., eq. 13)."""
    middle = (step.t + step.s) / 2
    (half,) = levels(schedule, middle[None])
    first = denoiser(x, step.t).eps
    second = denoiser(transfer(x, first, step.now, half), middle).eps
    third = denoiser(transfer(x, second, step.now, half), middle).eps
    fourth = denoiser(transfer(x, third, step.now, step.then), step.s).eps
    return (first + 2 * second + 2 * third + fourth) / 6, first
