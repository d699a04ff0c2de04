"""Deep energies: any network that returns one number, and the chains that train it."""

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite

# (energy, x) -> where chains begun at x end: one of `numerics.mcmc` with its step size and number of steps
Kernel = Callable[[Callable[[Tensor], Tensor], Tensor], Tensor]


class EnergyModel(nn.Module):
    """p(x) proportional to exp(-E(x)) with E(x) = network(x) + |x|^2 / (2 spread^2) (after Du & Mordatch 2019).

    The second term is the energy of a Gaussian of standard deviation `spread`: where the network is bounded, or grows
    slower than a square, the integral of exp(-E) exists and chains cannot wander off.

    >>> from genbook.nn import MLP
    >>> EnergyModel(MLP(2, (8,), 1), shape=(2,), spread=3.0).energy(torch.zeros(5, 2)).shape
    torch.Size([5])
    """

    def __init__(self, network: nn.Module, shape: Sequence[int], spread: float) -> None:
        """Take a network (B, *shape) -> (B, 1) and the width of the Gaussian around it."""
        super().__init__()
        if not 0 < spread < math.inf:
            raise ValueError(f"spread is {spread}, expected a positive finite standard deviation.")
        self.network, self.shape, self.spread = network, tuple(shape), spread

    def energy(self, x: Tensor) -> Tensor:
        """Return E(x) in nats: (B, *shape) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds NaN, or the network does not return (B, 1).
        """
        check_batch(x, self.shape)
        check_finite(x)
        return self._energy(x)

    def loss(self, x_data: Tensor, x_model: Tensor, decay: float = 0.0) -> Tensor:
        """Return mean energy of the data minus mean energy of the model's draws, shape ().

        Its gradient estimates that of -log p: positive minus negative phase. Its value is no likelihood. `decay` adds
        decay * mean(network^2) on both, which holds the energies near zero where nothing else does (Du & Mordatch 2019,
        section 3.3); it biases the density.
        """
        check_batch(x_data, self.shape, "x_data")
        check_batch(x_model, self.shape, "x_model")
        energy_data, energy_model = self._energy(x_data), self._energy(x_model)  # (B,), (N,)
        size = self.network(x_data).square().mean() + self.network(x_model).square().mean() if decay else 0.0
        return energy_data.mean() - energy_model.mean() + decay * size

    def _energy(self, x: Tensor) -> Tensor:
        value = self.network(x)
        if value.shape != (len(x), 1):
            raise ValueError(f"the network returned shape {tuple(value.shape)} for {len(x)} rows, expected (B, 1).")
        return value[:, 0] + x.flatten(1).square().sum(1) / (2 * self.spread**2)


class Replay(nn.Module):
    """Training with chains that are kept between updates and now and then begun anew (Du & Mordatch 2019, section 3.2).

    `chains` (N, *shape) is a buffer, so copies and checkpoints hold it. Every loss takes as many chains as there are
    data, begins the share `restart` of them at `fresh(n)`, moves them by `kernel` and puts them back.

    Raises:
        ValueError: no chains, or `restart` is not a share.

    >>> from genbook.nn import MLP
    >>> from genbook.numerics.mcmc import langevin
    >>> model = EnergyModel(MLP(2, (8,), 1), (2,), spread=3.0)
    >>> replay = Replay(model, lambda energy, x: langevin(energy, x, 0.01, steps=5), torch.randn(64, 2))
    >>> replay.loss(torch.zeros(16, 2)).shape
    torch.Size([])
    """

    def __init__(
        self,
        model: EnergyModel,
        kernel: Kernel,
        chains: Tensor,
        fresh: Callable[[int], Tensor] | None = None,
        restart: float = 0.0,
        decay: float = 0.0,
    ) -> None:
        """Begin one chain at each row of `chains`."""
        super().__init__()
        check_batch(chains, model.shape, "chains")
        if not 0 <= restart <= 1 or (restart and fresh is None):
            raise ValueError(f"restart is {restart}, expected a share from 0 to 1, and `fresh` to begin anew from.")
        self.model, self.kernel, self.fresh, self.restart, self.decay = model, kernel, fresh, restart, decay
        self.register_buffer("chains", chains.clone())

    def loss(self, x: Tensor) -> Tensor:
        """Move some chains and return the loss of the data x (B, *shape) against them, shape ()."""
        check_count(len(x), "the batch", most=len(self.chains))
        chosen = torch.randperm(len(self.chains), device=x.device)[: len(x)]
        x_model = self.kernel(self.model.energy, self._begin(self.chains[chosen])).detach()
        self.chains[chosen] = x_model
        return self.model.loss(x, x_model, self.decay)

    def _begin(self, x: Tensor) -> Tensor:
        """Put fresh points in place of the share `restart` of the rows."""
        again = torch.rand(len(x), device=x.device) < self.restart
        n = int(again.sum())
        if n:
            x[again] = self.fresh(n).to(x)
        return x
