"""Paths for annealed importance sampling: from independent units to an RBM, and from a known density to any energy."""

import math
from collections.abc import Callable
from copy import deepcopy
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import softplus

from genbook.checks import check_count
from genbook.ebm.coins import flip
from genbook.ebm.rbm import RBM


class RBMPath:
    """From independent visible units to an RBM (Salakhutdinov and Murray 2008).

    p*_beta(x) = exp(-(1 - beta) energy_base(x) - beta energy_v(x)) prod_j (1 + exp(beta field_j(x))): the weights grow
    from nothing. The base has the RBM's visible units with biases `b` (V,), such as those that fit the data; by default
    its own.

    >>> from genbook.ebm import BernoulliVisible
    >>> path = RBMPath(RBM(BernoulliVisible(4), hidden=2))
    >>> round(path.base_log_z() / math.log(2), 4)
    6.0
    """

    def __init__(self, rbm: RBM, b: Tensor | None = None) -> None:
        self.rbm = rbm
        self.base = deepcopy(rbm.visible).requires_grad_(False)
        if b is not None:
            if b.shape != self.base.b.shape:
                raise ValueError(
                    f"b has shape {tuple(b.shape)}, expected ({rbm.visible.dim},): one bias a visible unit."
                )
            self.base.b.copy_(b)

    def log_density(self, x: Tensor, beta: float) -> Tensor:
        """Return log p*_beta(x), hidden units summed out: (B, V) -> (B,)."""
        of_visible = (1 - beta) * self.base.energy(x) + beta * self.rbm.visible.energy(x)
        return softplus(beta * self.rbm.hidden_field(x)).sum(-1) - of_visible

    def transition(self, x: Tensor, beta: float) -> Tensor:
        """Return x after one block Gibbs step at beta: (B, V) -> (B, V)."""
        h = flip(torch.sigmoid(beta * self.rbm.hidden_field(x)))  # (B, H)
        shift = (1 - beta) * (self.base.b - self.rbm.visible.b)  # the blend of the two biases, seen from the RBM's
        return self.rbm.visible.draw(shift + beta * (h @ self.rbm.w.T))

    def base_sample(self, n: int) -> Tensor:
        """Return n exact draws of the independent units, (n, V)."""
        check_count(n)
        return self.base.draw(torch.zeros(n, self.base.dim, dtype=self.base.b.dtype, device=self.base.b.device))

    def base_log_z(self) -> float:
        """Return log Z_0: that of the independent units, and H log 2 for the hidden ones, which nothing moves."""
        return float(self.base.log_partition(torch.zeros_like(self.base.b))) + self.rbm.hidden * math.log(2)


class Known(Protocol):
    """A normalised density that can be drawn from."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x): (B, *event) -> (B,)."""
        ...

    def sample(self, n: int) -> Tensor:
        """Return n draws, (n, *event)."""
        ...


Energy = Callable[[Tensor], Tensor]


class GeometricPath:
    """From any density that can be drawn from to any energy: p*_beta(x) = base(x)^(1 - beta) exp(-beta E(x)).

    `kernel(energy, x)` makes a step in detailed balance with exp(-energy), such as Metropolis-Hastings; the path hands
    it the energy of each beta (Neal 2001).
    """

    def __init__(self, base: Known, energy: Energy, kernel: Callable[[Energy, Tensor], Tensor]) -> None:
        self.base, self.energy, self.kernel = base, energy, kernel

    def log_density(self, x: Tensor, beta: float) -> Tensor:
        """Return (1 - beta) log base(x) - beta E(x): (B, *event) -> (B,)."""
        return (1 - beta) * self.base.log_prob(x) - beta * self.energy(x)

    def transition(self, x: Tensor, beta: float) -> Tensor:
        """Return x after one step of the kernel at beta: (B, *event) -> (B, *event)."""
        return self.kernel(lambda y: -self.log_density(y, beta), x)

    def base_sample(self, n: int) -> Tensor:
        """Return n exact draws of the base, (n, *event)."""
        return self.base.sample(n)

    def base_log_z(self) -> float:
        """Return 0: the base is normalised."""
        return 0.0
