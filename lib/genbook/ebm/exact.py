"""Energies small enough to be added up: the log-likelihood that larger models can only estimate."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_levels
from genbook.ebm.rbm import RBM
from genbook.numerics import all_states
from genbook.protocols import HasEnergy, Measure

MOST = 20  # binary variables: a million states
CHUNK = 2**14  # states at once


class Enumerated(nn.Module):
    """The distribution of an energy over {0, 1}^D, exactly, by adding up all 2^D states.

    Raises:
        ValueError: D is above 20.

    >>> from genbook.ebm import BoltzmannMachine
    >>> model = Enumerated(BoltzmannMachine(3), 3)
    >>> round(model.log_prob(all_states(3)).exp().sum().item(), 5)
    1.0
    """

    measure: Measure = "counting"

    def __init__(self, model: nn.Module, dim: int) -> None:
        """Wrap an energy model over `dim` bits."""
        super().__init__()
        check_count(dim, "dim")
        if not isinstance(model, HasEnergy):
            raise TypeError(f"model is a {type(model).__name__}, expected one with `energy`.")
        check_few(dim, "dim")
        self.model, self.dim = model, dim

    def log_z(self) -> Tensor:
        """Return log sum_x exp(-E(x)), shape ()."""
        return (-self._energies()).logsumexp(0)

    def energy(self, x: Tensor) -> Tensor:
        """Return the model's own energy: (B, D) -> (B,)."""
        check_batch(x, (self.dim,))
        check_levels(x, 2)
        return self.model.energy(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) = -E(x) - log Z in nats: (B, D) -> (B,)."""
        return -self.energy(x) - self.log_z()

    def sample(self, n: int) -> Tensor:
        """Return n exact, independent draws, (n, D)."""
        check_count(n)
        with torch.no_grad():
            index = torch.multinomial((-self._energies()).softmax(0), n, replacement=True)
            return self._states()[index]

    def _states(self) -> Tensor:
        parameter = next(self.model.parameters())
        return all_states(self.dim).to(parameter.device, parameter.dtype)

    def _energies(self) -> Tensor:
        return torch.cat([self.model.energy(states) for states in self._states().split(CHUNK)])


class HiddenSum(nn.Module):
    """The distribution of x under an RBM with few hidden units: log Z is one sum over the 2^H hidden states.

    Given h the visible units are independent, so they are summed (or integrated) out in closed form. `visible` may be
    of any kind, and of any number. Draws are exact: h from its 2^H probabilities, then x given h.

    Raises:
        ValueError: there are more than 20 hidden units.

    >>> from genbook.ebm import BernoulliVisible
    >>> model = HiddenSum(RBM(BernoulliVisible(4), hidden=2))
    >>> round(model.log_prob(all_states(4)).exp().sum().item(), 5)
    1.0
    """

    def __init__(self, rbm: RBM) -> None:
        super().__init__()
        if not isinstance(rbm, RBM):
            raise TypeError(f"rbm is a {type(rbm).__name__}, expected a genbook.ebm.RBM.")
        check_few(rbm.hidden, "the number of hidden units")
        self.rbm = rbm

    @property
    def measure(self) -> Measure:
        """Of the visible units: counting for bits, Lebesgue for reals."""
        return self.rbm.visible.measure

    def log_hidden(self) -> Tensor:
        """Return log of the unnormalised mass of every hidden state, c . h + log sum_x exp(...), shape (2^H,)."""
        return torch.cat(
            [h @ self.rbm.c + self.rbm.visible.log_partition(h @ self.rbm.w.T) for h in self._states().split(CHUNK)]
        )

    def log_z(self) -> Tensor:
        """Return log Z, shape ()."""
        return self.log_hidden().logsumexp(0)

    def energy(self, x: Tensor) -> Tensor:
        """Return the free energy of the RBM: (B, V) -> (B,)."""
        return self.rbm.energy(x)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) = -energy(x) - log Z in nats: (B, V) -> (B,)."""
        return -self.rbm.energy(x) - self.log_z()

    def sample(self, n: int) -> Tensor:
        """Return n exact, independent draws of x, (n, V)."""
        check_count(n)
        with torch.no_grad():
            index = torch.multinomial(self.log_hidden().softmax(0), n, replacement=True)
            return self.rbm.draw_visible(self._states()[index])

    def _states(self) -> Tensor:
        return all_states(self.rbm.hidden).to(self.rbm.c.device, self.rbm.c.dtype)


def check_few(bits: int, name: str) -> None:
    """Raise ValueError where 2^bits states are more than a sum should have."""
    if bits > MOST:
        raise ValueError(
            f"{name} is {bits}, expected at most {MOST} to add up 2^{bits} states: estimate log Z by annealed "
            "importance sampling instead."
        )
