"""What all samplers share: a descending list of times, the levels at them, and a step with the noise left as it is."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from genbook.checks import check_batch
from genbook.diffusion.schedule import Level, Schedule, levels

Record = Callable[[Tensor], Any]


class Step(NamedTuple):
    """From the level `now` at the time t to the level `then` at the time s < t."""

    t: Tensor
    s: Tensor
    now: Level
    then: Level


def steps(schedule: Schedule, x: Tensor, times: Tensor) -> Iterator[Step]:
    """Yield the steps of a sampler that starts at x, noisy data at times[0], and ends at times[-1].

    Raises:
        TypeError, ValueError: x is not a batch, or times are not at least two descending numbers.
    """
    check_batch(x, x.shape[1:])
    if not isinstance(times, Tensor) or times.dim() != 1 or len(times) < 2 or not bool((times[1:] < times[:-1]).all()):
        given = f"shape {tuple(times.shape)}" if isinstance(times, Tensor) else f"type {type(times).__name__}"
        raise ValueError(f"times have {given}, expected a tensor of at least two numbers that descend to clean data.")
    table = levels(schedule, times)
    return map(Step, times[:-1], times[1:], table[:-1], table[1:])


def transfer(x: Tensor, eps: Tensor, now: Level, then: Level) -> Tensor:
    """Return what x_t = alpha_t x_0 + sigma_t eps becomes when only alpha and sigma change, the noise eps held fixed.

    x_s = (alpha_s / alpha_t) x_t + (sigma_s - sigma_t alpha_s / alpha_t) eps: Euler's step for x / alpha as a function
    of sigma / alpha, and what DDIM, PNDM and Heun's method are made of (Song et al. 2021; Liu et al. 2022, eq. 11).
    """
    gain = then.alpha / now.alpha
    return torch.add(gain * x, eps, alpha=then.sigma - gain * now.sigma)


def even_times(start: float, end: float, count: int) -> Tensor:
    """Return count + 1 times at equal distances from `start` down to `end`, double precision."""
    return torch.linspace(start, end, count + 1, dtype=torch.float64)


def karras_times(start: float, end: float, count: int, rho: float = 7.0) -> Tensor:
    """Return `count` noise levels dense near the data, and a last zero, for `NoiseAsTime` (Karras et al. 2022, eq. 5).

    >>> karras_times(80.0, 0.002, 2)
    tensor([8.0000e+01, 2.0000e-03, 0.0000e+00], dtype=torch.float64)
    """
    roots = torch.linspace(start ** (1 / rho), end ** (1 / rho), count, dtype=torch.float64)
    return torch.cat([roots**rho, roots.new_zeros(1)])
