"""Hamiltonian Monte Carlo: give x a velocity, let it roll on the energy, correct the little that the steps lose."""

import torch
from torch import Tensor

from genbook.checks import check_count
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


def leapfrog(energy: Energy, here: Point, v: Tensor, step_size: float, leapfrog_steps: int) -> tuple[Point, Tensor]:
    """Follow dx = v dt, dv = -grad E dt for a time of step_size * leapfrog_steps; x and v have shape (B, *event).

    Half a kick, then drifts and kicks in turn, then half a kick: reversible, volume-preserving, the error of the total
    energy stays of order step_size^2 (Neal 2011, section 5.2.3.3). One gradient a leapfrog step.

    >>> start = at(lambda x: x.square().sum(1) / 2, torch.tensor([[1.0]]))
    >>> end, v = leapfrog(lambda x: x.square().sum(1) / 2, start, torch.zeros(1, 1), 0.1, 10)
    >>> bool((end.x - torch.tensor(1.0).cos()).abs() < 0.01)
    True
    """
    v = v - 0.5 * step_size * here.grad
    for step in range(leapfrog_steps):
        here = at(energy, here.x + step_size * v)
        v = v - (step_size if step + 1 < leapfrog_steps else 0.5 * step_size) * here.grad
    return here, v


def total_energy(here: Point, v: Tensor) -> Tensor:
    """Return H(x, v) = E(x) + |v|^2 / 2, (B,): up to log Z, the negative log-density of x and a standard normal v."""
    return here.energy + 0.5 * square_norm(v)


def hmc(
    energy: Energy, x: Tensor, step_size: float, leapfrog_steps: int, steps: int, record: Record | None = None
) -> tuple[Tensor, Tensor]:
    """Run B chains from x (B, *event); return where they end and each chain's share of accepted moves (B,).

    Every step draws a velocity, follows the dynamics for `leapfrog_steps` gradients and accepts with probability
    min(1, exp(H - H')), which leaves exp(-E) / Z invariant exactly (Duane et al. 1987, Neal 2011). One leapfrog step of
    size delta is MALA with eta = delta^2 / 2. `record` is shown the state after every step.

    Raises:
        ValueError: bad input.
    """
    check_chains(x, steps)
    check_step_size(step_size)
    check_count(leapfrog_steps, "leapfrog_steps")
    here, accepted = at(energy, x), x.new_zeros(len(x))
    for _ in range(steps):
        v = torch.randn_like(x)
        there, v_there = leapfrog(energy, here, v, step_size, leapfrog_steps)
        keep = torch.rand_like(accepted) < acceptance(total_energy(here, v) - total_energy(there, v_there))  # (B,)
        here = select_points(keep, there, here)
        accepted += keep
        if record is not None:
            record(here.x)
    return here.x, accepted / steps
