"""The Metropolis-adjusted Langevin algorithm: a Langevin step as a proposal, its bias rejected away."""

import torch
from torch import Tensor

from genbook.numerics.mcmc.langevin import langevin_step
from genbook.numerics.mcmc.metropolis import acceptance
from genbook.numerics.mcmc.point import (
    Energy,
    Point,
    Record,
    at,
    check_chains,
    check_step_size,
    select_points,
    square_norm,
)


def log_q_langevin(there: Tensor, here: Point, step_size: float) -> Tensor:
    """Return log q(x' | x) of a Langevin step from `here` to x' (B, *event), up to a constant: (B,)."""
    away = there - here.x + step_size * here.grad  # (B, *event)
    return -square_norm(away) / (4 * step_size)


def mala_log_ratio(here: Point, there: Point, step_size: float) -> Tensor:
    """Return the log of the Metropolis-Hastings ratio of a Langevin proposal, (B,)."""
    back = log_q_langevin(here.x, there, step_size)
    return here.energy - there.energy + back - log_q_langevin(there.x, here, step_size)


def mala(
    energy: Energy, x: Tensor, step_size: float, steps: int, record: Record | None = None
) -> tuple[Tensor, Tensor]:
    """Run B chains from x (B, *event); return where they end and each chain's share of accepted moves (B,).

    One gradient a step; exp(-E) / Z is invariant exactly (Roberts and Tweedie 1996). About 0.57 of the moves should be
    accepted in high dimension (Roberts and Rosenthal 1998). `record` is shown the state after every step.

    Raises:
        ValueError: bad input.
    """
    check_chains(x, steps)
    check_step_size(step_size)
    here, accepted = at(energy, x), x.new_zeros(len(x))
    for _ in range(steps):
        there = at(energy, langevin_step(here.x, here.grad, torch.randn_like(x), step_size))
        keep = torch.rand_like(accepted) < acceptance(mala_log_ratio(here, there, step_size))  # (B,)
        here = select_points(keep, there, here)
        accepted += keep
        if record is not None:
            record(here.x)
    return here.x, accepted / steps
