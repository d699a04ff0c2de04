"""Boltzmann machines: bits joined in pairs, some of them seen and some hidden."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_levels
from genbook.ebm.exact import check_few
from genbook.numerics import all_states
from genbook.numerics.mcmc import Block


class BoltzmannMachine(nn.Module):
    """p(s) proportional to exp(-E(s)) with E(s) = -s W s / 2 - b . s, W symmetric, zero on the diagonal.

    The N = visible + hidden units s = (x, h) are bits, the visible ones first (Ackley, Hinton and Sejnowski 1985). The
    machine promises what concerns all units together: `energy(s)`. The distribution of x alone is that of `Marginal`,
    the normalised one of `Enumerated`.

    >>> machine = BoltzmannMachine(visible=3, hidden=2)
    >>> machine.energy(torch.ones(4, 5)).shape
    torch.Size([4])
    """

    def __init__(self, visible: int, hidden: int = 0, scale: float = 0.1) -> None:
        """Start with normal couplings of deviation `scale` and biases at zero."""
        super().__init__()
        check_count(visible, "visible")
        if hidden:
            check_count(hidden, "hidden")
        self.visible, self.hidden, self.units = visible, hidden, visible + hidden
        self.upper = nn.Parameter(scale * torch.randn(self.units, self.units))  # only what is above the diagonal counts
        self.b = nn.Parameter(torch.zeros(self.units))

    @property
    def w(self) -> Tensor:
        """The couplings, (N, N): symmetric with a zero diagonal."""
        upper = self.upper.triu(1)
        return upper + upper.T

    def energy(self, s: Tensor) -> Tensor:
        """Return E(s) of all units: (B, N) -> (B,).

        Raises:
            TypeError, ValueError: s has a wrong shape or dtype, or holds something else than 0 and 1.
        """
        check_batch(s, (self.units,), "s")
        check_levels(s, 2, "s")
        return self.quadratic(s)

    def quadratic(self, s: Tensor) -> Tensor:
        """Return -s W s / 2 - b . s also for s between 0 and 1, such as means: (B, N) -> (B,)."""
        return -(s @ self.upper.triu(1) * s).sum(-1) - s @ self.b

    def field(self, s: Tensor) -> Tensor:
        """Return the log-odds of every unit given all others, W s + b: (B, N) -> (B, N)."""
        return torch.addmm(self.b, s, self.w)

    def loss(self, x_data: Tensor, x_model: Tensor) -> Tensor:
        """Return mean energy of the data minus that of the model's draws, shape (), in nats; both (B, N), all units.

        The hidden part of `x_data` is drawn given its visible part, that of `x_model` with it. The gradient is then an
        unbiased estimate of that of -log p(x), positive minus negative phase; the value itself means
        nothing (Ackley, Hinton and Sejnowski 1985).
        """
        check_batch(x_data, (self.units,), "x_data")
        check_batch(x_model, (self.units,), "x_model")
        return self.quadratic(x_data).mean() - self.quadratic(x_model).mean()

    def blocks(self, first: int = 0) -> list[Block]:
        """Return for each of the units `first`, ..., N - 1 the function that redraws it given all others.

        For `genbook.numerics.mcmc.gibbs`. With first = `visible` the visible units stay as they are: clamped.
        """
        w, b = self.w.detach(), self.b.detach()

        def redraw(s: Tensor, d: int) -> Tensor:
            p = torch.sigmoid(s @ w[d] + b[d])  # (B,)
            s = s.clone()
            s[:, d] = (torch.rand_like(p) < p).to(s.dtype)
            return s

        return [lambda s, d=d: redraw(s, d) for d in range(first, self.units)]


class Marginal(nn.Module):
    """The visible units of a Boltzmann machine: an energy over x alone, by adding up the 2^H states of the hidden ones.

    Raises:
        ValueError: there are no hidden units, or more than 20.
    """

    def __init__(self, machine: BoltzmannMachine) -> None:
        super().__init__()
        if not machine.hidden:
            raise ValueError("the machine has no hidden units, expected some: its own energy is that of x already.")
        check_few(machine.hidden, "the number of hidden units")
        self.machine = machine

    def log_joint(self, x: Tensor) -> Tensor:
        """Return -E(x, h) for all h: (B, V) -> (B, 2^H); its softmax is p(h | x)."""
        machine, v = self.machine, self.machine.visible
        h = all_states(machine.hidden).to(x)  # (2^H, H)
        w, b = machine.w, machine.b
        of_x = x @ b[:v] + (x @ w[:v, :v] * x).sum(1) / 2  # (B,)
        of_h = h @ b[v:] + (h @ w[v:, v:] * h).sum(1) / 2  # (2^H,)
        return of_x[:, None] + of_h + x @ w[:v, v:] @ h.T

    def energy(self, x: Tensor) -> Tensor:
        """Return the free energy -log sum_h exp(-E(x, h)): (B, V) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds something else than 0 and 1.
        """
        check_batch(x, (self.machine.visible,))
        check_levels(x, 2)
        return -self.log_joint(x).logsumexp(1)


@torch.no_grad()
def mean_field(machine: BoltzmannMachine, x: Tensor, sweeps: int = 50) -> Tensor:
    """Return means mu of independent hidden bits that approximate p(h | x): (B, V) -> (B, H).

    From 1/2 on, one hidden unit after the other gets mu_j = sigmoid(field_j) at the means of all others: coordinate
    ascent on `mean_field_bound`, which never falls (Peterson and Anderson 1987).

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype, or the machine has no hidden units.
    """
    check_batch(x, (machine.visible,))
    check_count(machine.hidden, "the number of hidden units")
    check_count(sweeps, "sweeps")
    w, b, v = machine.w, machine.b, machine.visible
    s = torch.cat([x, torch.full((len(x), machine.hidden), 0.5).to(x)], 1)  # (B, N)
    for _ in range(sweeps):
        for j in range(v, machine.units):
            s[:, j] = torch.sigmoid(s @ w[j] + b[j])
    return s[:, v:]


def mean_field_bound(machine: BoltzmannMachine, x: Tensor, mu: Tensor) -> Tensor:
    """Return E_q[-E(x, h)] + entropy of q for independent hidden bits of means mu: (B, V), (B, H) -> (B,), nats.

    A lower bound on -free energy, by the KL divergence from q to p(h | x). The energy is linear in each unit, so its
    mean is its value at the means.
    """
    s = torch.cat([x, mu], 1)
    entropy = -(torch.xlogy(mu, mu) + torch.xlogy(1 - mu, 1 - mu)).sum(1)  # (B,)
    return entropy - machine.quadratic(s)
