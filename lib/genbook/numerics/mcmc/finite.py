"""Chains on a space that is small enough to write the whole transition matrix down, so that nothing is left to chance.

A transition matrix P (S, S) holds in row i the probabilities of the next state, given state i; p (S,) is a
distribution.
"""

import torch
from torch import Tensor

from genbook.numerics.enumeration import all_states
from genbook.numerics.mcmc.gibbs import bit_logit
from genbook.numerics.mcmc.point import Energy


def metropolis_matrix(p: Tensor, q: Tensor) -> Tensor:
    """Return the transition matrix of Metropolis-Hastings with target p (S,), in any scale, and proposals q (S, S).

    P_ij = q_ij min(1, p_j q_ji / (p_i q_ij)) off the diagonal; what is rejected stays (Hastings 1970).

    Raises:
        ValueError: p is not positive, or a row of q is no distribution.

    >>> metropolis_matrix(torch.tensor([1.0, 2.0]), torch.tensor([[0.5, 0.5], [0.5, 0.5]]))
    tensor([[0.5000, 0.5000],
            [0.2500, 0.7500]])
    """
    _check_matrix(p, q)
    if not (p > 0).all():
        raise ValueError("p holds a number that is not positive, expected weights above zero: leave such states out.")
    flow = p[:, None] * q  # (S, S), from i to j
    moves = torch.minimum(flow, flow.T) / p[:, None]
    moves.fill_diagonal_(0.0)
    return moves + torch.diag(1 - moves.sum(1))


def gibbs_matrix(energy: Energy, dim: int) -> Tensor:
    """Return the transition matrix of one Gibbs sweep over {0, 1}^dim, states as in `all_states`, float64."""
    states = all_states(dim).double()  # (S, dim)
    place = 2 ** torch.arange(dim - 1, -1, -1)
    sweep = torch.eye(len(states), dtype=torch.float64)
    for d in range(dim):
        on = torch.sigmoid(bit_logit(energy, states, d))  # (S,)
        zero = (states @ place.double()).long() - states[:, d].long() * place[d]  # index of the state with bit d off
        block = torch.zeros_like(sweep)
        block[torch.arange(len(states)), zero] = 1 - on
        block[torch.arange(len(states)), zero + place[d]] = on
        sweep = sweep @ block
    return sweep


def imbalance(p: Tensor, transition: Tensor) -> Tensor:
    """Return the largest |p_i P_ij - p_j P_ji|, a scalar: 0 where detailed balance holds."""
    _check_matrix(p, transition)
    flow = p[:, None] * transition
    return (flow - flow.T).abs().max()


def stationary(transition: Tensor) -> Tensor:
    """Return the distribution p (S,) with p P = p and sum 1; there is only one if the chain reaches every state.

    >>> stationary(torch.tensor([[0.5, 0.5], [0.25, 0.75]], dtype=torch.float64))
    tensor([0.3333, 0.6667], dtype=torch.float64)
    """
    size = len(transition)
    _check_matrix(transition[0], transition)
    identity = torch.eye(size, dtype=transition.dtype)
    system = torch.cat([transition.T - identity, torch.ones(1, size, dtype=transition.dtype)])  # (S + 1, S)
    target = torch.zeros(size + 1, 1, dtype=transition.dtype)
    target[-1] = 1.0
    return torch.linalg.lstsq(system, target).solution[:, 0]


def second_eigenvalue(transition: Tensor) -> float:
    """Return the second largest magnitude of an eigenvalue, by which, in the end, a step shrinks the error."""
    return torch.linalg.eigvals(transition).abs().sort(descending=True).values[1].item()


def _check_matrix(p: Tensor, transition: Tensor) -> None:
    if p.dim() != 1 or transition.shape != (len(p), len(p)):
        raise ValueError(f"shapes are {tuple(p.shape)} and {tuple(transition.shape)}, expected (S,) and (S, S).")
    off = (transition.sum(1) - 1).abs().max()
    if off > 1e-5 or (transition < -1e-9).any():
        raise ValueError(f"a row is no distribution (its sum is off by {off:.1e}), expected rows that sum to 1.")
