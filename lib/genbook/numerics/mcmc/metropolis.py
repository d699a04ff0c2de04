"""Metropolis and Hastings: propose anything, and accept so that detailed balance holds."""

from collections.abc import Callable

import torch
from torch import Tensor

from genbook.numerics.mcmc.point import Energy, Record, check_chains, check_energies, check_step_size, select
from genbook.protocols import HasLogProb

# x (B, *event) -> a proposal x' (B, *event) and log q(x | x') - log q(x' | x) (B,)
Propose = Callable[[Tensor], tuple[Tensor, Tensor]]


def acceptance(log_ratio: Tensor) -> Tensor:
    """Return the probability min(1, exp(log_ratio)) of a move, (B,) -> (B,); 0 where the ratio is not a number.

    log_ratio = E(x) - E(x') + log q(x | x') - log q(x' | x) (Hastings 1970).

    >>> acceptance(torch.tensor([0.0, 5.0, -torch.inf, torch.nan]))
    tensor([1., 1., 0., 0.])
    """
    return log_ratio.clamp(max=0).exp().nan_to_num(nan=0.0)


def random_walk(step_size: float) -> Propose:
    """Return the symmetric proposal x' = x + step_size eps, for which the ratio of proposals is 1 (Metropolis 1953)."""
    check_step_size(step_size)
    return lambda x: (x + step_size * torch.randn_like(x), x.new_zeros(len(x)))


def independent(density: HasLogProb) -> Propose:
    """Return the proposal x' ~ density, wherever the chain is; `density` also has `sample` (Tierney 1994).

    Moves are as long as the space is wide, and accepted only where `density` covers what the chain samples.
    """

    def propose(x: Tensor) -> tuple[Tensor, Tensor]:
        there = density.sample(len(x)).to(x)
        return there, density.log_prob(x) - density.log_prob(there)

    return propose


def metropolis_hastings(
    energy: Energy, x: Tensor, propose: Propose, steps: int, record: Record | None = None
) -> tuple[Tensor, Tensor]:
    """Run B chains from x (B, *event); return where they end and each chain's share of accepted moves (B,).

    The chains leave exp(-E) / Z invariant exactly, whatever the proposal; a proposal of energy inf or NaN is rejected.

    Args:
        propose: maps x to a proposal and log q(x | x') - log q(x' | x), for example `random_walk(0.5)`.
        record: is shown the state after every step, for example `draws.append`.

    Raises:
        ValueError: bad input.

    >>> from genbook.numerics import seeded
    >>> with seeded(0):
    ...     x, rate = metropolis_hastings(lambda x: x.square().sum(1) / 2, torch.zeros(9, 2), random_walk(1.0), 50)
    >>> x.shape, rate.shape
    (torch.Size([9, 2]), torch.Size([9]))
    """
    check_chains(x, steps)
    with torch.no_grad():
        value, accepted = energy(x), x.new_zeros(len(x))
        check_energies(value, x)
        for _ in range(steps):
            proposal, log_q = propose(x)
            value_there = energy(proposal)  # (B,)
            keep = torch.rand_like(accepted) < acceptance(value - value_there + log_q)  # (B,)
            x, value = select(keep, proposal, x), select(keep, value_there, value)
            accepted += keep
            if record is not None:
                record(x)
    return x, accepted / steps
