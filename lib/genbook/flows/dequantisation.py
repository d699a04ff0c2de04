"""A density of real numbers as a model of whole numbers: noise fills the cells, and a bound counts what it costs."""

import math
from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.special import ndtr

from genbook.checks import check_batch, check_count, check_levels
from genbook.flows.bijections import Affine, Bijection
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Flow
from genbook.flows.nice import halves
from genbook.flows.transform import Chain
from genbook.nn import MLP
from genbook.numerics import dequantise, dequantised_log_prob
from genbook.protocols import Transform


class CellNoise(Protocol):
    """q(u | x) on the unit cube: where in its cell a whole number is put."""

    def draw(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return u in [0, 1] and log q(u | x): x (B, *event) -> (B, *event), (B,)."""
        ...


class UniformNoise(nn.Module):
    """q(u | x) = 1: every place of the cell alike (Theis et al. 2016)."""

    def draw(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return uniform u, and zeros."""
        return torch.rand_like(x), x.new_zeros(len(x))


class VariationalNoise(nn.Module):
    """q(u | x) as a conditional flow: u = Phi(T(eps; x)) with eps ~ N(0, I), Phi the normal CDF (Ho et al. 2019, 3.1).

    `transforms` act on (B, 2C, ...): the scaled data first, then the noise of the same shape. They leave the data as
    they are, as a `Coupling` does that keeps at least these. Where they leave the noise too, u is uniform: a T that
    begins as the identity begins with `UniformNoise`.

    Raises:
        TypeError, ValueError: `levels` is no whole number of at least 2, or a transform does not map both ways.
    """

    def __init__(self, transforms: Sequence[Transform], levels: int) -> None:
        """Keep the transforms of the noise given the data."""
        super().__init__()
        check_count(levels, "levels")
        self.transform, self.levels = Chain(transforms), levels

    def draw(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return u and log q(u | x) = log N(eps) - log |det dT/deps| - log N(T(eps))."""
        eps = torch.randn_like(x)
        both, log_det = self.transform(torch.cat([2 * x / (self.levels - 1) - 1, eps], 1))
        h = both[:, x.shape[1] :]
        log_ratio = 0.5 * (h.square() - eps.square())  # log N(eps) - log N(h)
        return ndtr(h), log_ratio.flatten(1).sum(1) - log_det


def variational_noise(
    dim: int,
    levels: int,
    layers: int = 2,
    hidden: Sequence[int] = (64,),
    dropout: float = 0.0,
    bijection: Bijection = Affine(),  # noqa: B008 - immutable
) -> VariationalNoise:
    """Return noise for rows of `dim` whole numbers: couplings that see the data and one half of the noise in turn.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or `dim` is below 2.
    """
    couplings = []
    for layer in range(layers):
        kept = torch.cat([torch.ones(dim, dtype=torch.bool), halves(dim, layer)])
        network = MLP(int(kept.sum()), hidden, int((~kept).sum()) * bijection.size, dropout=dropout)
        nn.init.zeros_(network[-1].weight)
        nn.init.zeros_(network[-1].bias)
        couplings.append(Coupling(kept, network, bijection))
    return VariationalNoise(couplings, levels)


class Dequantised(nn.Module):
    """P(x) = the mass that a flow over the unit cube puts on the cell of x, for x in {0, ..., levels - 1}^event.

    The mass is an integral; `elbo` bounds its logarithm by a draw from the cell. `sample` draws from P exactly: a draw
    of the flow, rounded down to its cell (what falls outside the cube belongs to the nearest cell).

    Raises:
        TypeError, ValueError: `flow` is no Flow, or a size is not a whole number of at least 1.

    >>> from genbook.flows import Logit
    >>> from genbook.nn import StandardNormal
    >>> model = Dequantised(Flow(StandardNormal(3), [Logit()]), UniformNoise(), (3,), levels=4)
    >>> model.elbo(torch.tensor([[0.0, 1.0, 3.0]])).shape
    torch.Size([1])
    """

    def __init__(self, flow: Flow, noise: CellNoise, event: Sequence[int], levels: int) -> None:
        """Join a flow whose first transform is an input map, and the noise that fills the cells."""
        super().__init__()
        if not isinstance(flow, Flow):
            raise TypeError(f"flow is a {type(flow).__name__}, expected a Flow over the unit cube.")
        for name, size in [("levels", levels), *(("a size of the event", size) for size in event)]:
            check_count(size, name)
        self.flow, self.noise, self.event, self.levels = flow, noise, tuple(event), levels

    def elbo(self, x: Tensor) -> Tensor:
        """Return log p((x + u) / levels) - D log levels - log q(u | x) in nats for one u: (B, *event) -> (B,).

        Its mean over u is at most log P(x), by Jensen's inequality; a single draw may exceed it.

        Raises:
            TypeError, ValueError: x is not a batch of whole numbers in {0, ..., levels - 1}.
        """
        check_batch(x, self.event)
        check_levels(x, self.levels)
        u, log_q = self.noise.draw(x)
        return dequantised_log_prob(self.flow.log_prob, x, u, self.levels) - log_q

    def loss(self, x: Tensor) -> Tensor:
        """Return minus the mean of `elbo`, in nats an example, shape ()."""
        check_batch(x, self.event)
        u, log_q = self.noise.draw(x)
        log_cells = math.prod(self.event) * math.log(self.levels)
        return self.flow.loss(dequantise(x, u, self.levels)) + log_cells + log_q.mean()

    def sample(self, n: int) -> Tensor:
        """Draw n examples of whole numbers, shape (n, *event)."""
        return (self.flow.sample(n) * self.levels).floor().clamp(0, self.levels - 1)
