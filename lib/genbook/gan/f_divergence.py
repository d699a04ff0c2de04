"""f-divergences, their variational bounds by convex conjugates, and the games that minimise them."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import softplus

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class FDivergence:
    """D_f(p || q) = E_q[f(p / q)] for a convex f with f(1) = 0 (Nowozin et al. 2016, table 1), in nats.

    f, slope: f and its derivative f', functions of the ratio r = p / q > 0; the optimal T is f'(p / q).
    conjugate: f*(t) = sup_r [r t - f(r)].
    activation: rises from all real scores v to the t at which f* is finite.
    cost: f*(activation(v)), simplified so that no infinity is subtracted from another.
    """

    f: Function
    slope: Function
    conjugate: Function
    activation: Function
    cost: Function


LOG_2 = math.log(2.0)

KULLBACK_LEIBLER = FDivergence(
    f=lambda r: r * r.log(),
    slope=lambda r: 1 + r.log(),
    conjugate=lambda t: (t - 1).exp(),
    activation=lambda v: v,
    cost=lambda v: (v - 1).exp(),
)
REVERSE_KULLBACK_LEIBLER = FDivergence(
    f=lambda r: -r.log(),
    slope=lambda r: -1 / r,
    conjugate=lambda t: -1 - (-t).log(),
    activation=lambda v: -(-v).exp(),
    cost=lambda v: v - 1,
)
JENSEN_SHANNON = FDivergence(
    f=lambda r: (r * r.log() - (1 + r) * ((1 + r) / 2).log()) / 2,
    slope=lambda r: (2 * r / (1 + r)).log() / 2,
    conjugate=lambda t: -(2 - (2 * t).exp()).log() / 2,
    activation=lambda v: (LOG_2 - softplus(-v)) / 2,
    cost=lambda v: (softplus(v) - LOG_2) / 2,
)
PEARSON = FDivergence(
    f=lambda r: (r - 1).square(),
    slope=lambda r: 2 * (r - 1),
    conjugate=lambda t: t.square() / 4 + t,  # f extended to r < 0: the optimal t > -2 does not notice
    activation=lambda v: v,
    cost=lambda v: v.square() / 4 + v,
)
SQUARED_HELLINGER = FDivergence(
    f=lambda r: (r.sqrt() - 1).square(),
    slope=lambda r: 1 - r.rsqrt(),
    conjugate=lambda t: t / (1 - t),
    activation=lambda v: -torch.expm1(-v),
    cost=torch.expm1,
)


def f_divergence(divergence: FDivergence, p: Tensor, q: Tensor, cell: float = 1.0) -> Tensor:
    """Return D_f(p || q) = sum q f(p / q) cell, shape (), of densities p, q > 0 at the midpoints (N,) of equal cells.

    With cell = 1 and masses in place of densities it is the divergence on a finite space.

    >>> p, q = torch.tensor([0.5, 0.5]), torch.tensor([0.9, 0.1])
    >>> f_divergence(PEARSON, p, q)  # (0.4^2 / 0.9) + (0.4^2 / 0.1)
    tensor(1.7778)
    """
    return (q * divergence.f(p / q)).sum() * cell


def variational_bound(divergence: FDivergence, t: Tensor, p: Tensor, q: Tensor, cell: float = 1.0) -> Tensor:
    """Return E_p[T] - E_q[f*(T)] <= D_f(p || q), shape (), for any T of values t (N,) in the domain of f*.

    Nguyen et al. (2010, lemma 1); equal at t = f'(p / q). Arguments as for `f_divergence`.
    """
    return (p * t - q * divergence.conjugate(t)).sum() * cell


@dataclass(frozen=True)
class FGAN:
    """The game whose value at the best critic is D_f(data || model) (Nowozin et al. 2016, section 2).

    The critic raises the bound with T = activation(score), the generator lowers the same bound.
    """

    divergence: FDivergence

    def critic(self, real: Tensor, fake: Tensor) -> Tensor:
        """Return -E[T(x)] + E[f*(T(G(z)))]: minus a lower bound of the divergence."""
        return self.divergence.cost(fake).mean() - self.divergence.activation(real).mean()

    def generator(self, fake: Tensor) -> Tensor:
        """Return -E[f*(T(G(z)))], the part of the bound that depends on the generator."""
        return -self.divergence.cost(fake).mean()
