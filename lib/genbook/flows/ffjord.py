"""Continuous normalizing flows: a vector field that carries noise to data, and the density that it drags along."""

from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite
from genbook.flows.flow import Base
from genbook.nn import MLP
from genbook.numerics import Solver, rk4, seeded
from genbook.numerics.trace import Probes, basis, trace_estimate


class Velocity(nn.Module):
    """v(t, x) of a fully connected network with tanh, which is as smooth as a solver likes: x (B, D) -> (B, D).

    >>> Velocity(2, (8,))(0.5, torch.zeros(3, 2)).shape
    torch.Size([3, 2])
    """

    def __init__(self, dim: int, hidden: Sequence[int] = (64, 64)) -> None:
        """Draw the weights."""
        super().__init__()
        self.network = MLP(dim + 1, hidden, dim, nn.Tanh)

    def forward(self, t: float, x: Tensor) -> Tensor:
        """Return the velocity of every row at time t."""
        return self.network(torch.cat([x, x.new_full((len(x), 1), t)], 1))


class ContinuousFlow(nn.Module):
    """dx/dt = v(t, x) from noise at t = 0 to data at t = 1, d log p(x(t)) / dt = -tr dv/dx (Chen et al. 2018, eq. 8).

    `field` maps (t, x) to velocities (B, D). `solver` and `probes` are those of training: `basis` computes exact
    traces, `rademacher` or `gaussian` draws one probe a row for the whole way (FFJORD, Grathwohl et al. 2019).
    `kinetic` and `jacobian` weigh the integrals of |v|^2 and |dv/dx|^2 in the loss (Finlay et al. 2020, eq. 12). Both
    directions have the solver's error, so there is no `log_prob` here: the promise is that of `log_prob_ode`.

    Raises:
        TypeError: the base has no density or no samples.
        ValueError: a weight is negative.

    >>> from genbook.nn import StandardNormal
    >>> flow = ContinuousFlow(StandardNormal(2), lambda t, x: 0 * x)
    >>> with torch.no_grad():
    ...     flow.log_prob_ode(torch.zeros(1, 2)).exp()
    tensor([0.1592])
    """

    def __init__(
        self,
        base: Base,
        field: Callable[[float, Tensor], Tensor],
        solver: Solver = partial(rk4, steps=8),  # noqa: B008
        probes: Probes = basis,
        kinetic: float = 0.0,
        jacobian: float = 0.0,
    ) -> None:
        """Join a base and a field; the rest says how to solve and what to pay for in training."""
        super().__init__()
        if not isinstance(base, Base):
            raise TypeError(f"base is a {type(base).__name__}, expected a density with log_prob, sample and measure.")
        if not (kinetic >= 0 and jacobian >= 0):
            raise ValueError(f"kinetic is {kinetic} and jacobian {jacobian}, expected weights of at least 0.")
        self.base, self.field, self.solver, self.probes = base, field, solver, probes
        self.kinetic, self.jacobian = kinetic, jacobian
        with seeded(0):
            self.event = base.sample(1).shape[1:]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z = x(0) of the way that ends in x, and log |det dz/dx|: (B, D) -> (B, D), (B,)."""
        z, log_det = self._solve(x, 1.0, 0.0, self.solver, self.probes)
        return z, log_det[:, 0]

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x = x(1) of the way that begins in z, and log |det dx/dz|: (B, D) -> (B, D), (B,)."""
        x, log_det = self._solve(z, 0.0, 1.0, self.solver, self.probes)
        return x, log_det[:, 0]

    def log_prob_ode(self, x: Tensor, solver: Solver | None = None, probes: Probes = basis) -> Tensor:
        """Return log p(x) in nats up to the error of the solver (default: that of training), (B, D) -> (B,).

        With random probes the trace is an unbiased estimate, and with it log p(x); by default it is exact.

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a NaN or an infinity.
            RuntimeError: a solver that controls its error does not arrive.
        """
        check_batch(x, self.event)
        check_finite(x)
        z, log_det = self._solve(x, 1.0, 0.0, self.solver if solver is None else solver, probes)
        return self.base.log_prob(z) + log_det[:, 0]

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean negative log-likelihood, estimated, in nats an example, plus the weighted penalties, ()."""
        if not (self.kinetic or self.jacobian):
            z, log_det = self(x)
            return -(self.base.log_prob(z) + log_det).mean()
        z, integrals = self._solve(x, 1.0, 0.0, self.solver, self.probes, penalties=True)
        log_det, energy, stretch = integrals.unbind(1)
        penalty = self.kinetic * energy + self.jacobian * stretch  # both are negative: time runs backwards
        return -(self.base.log_prob(z) + log_det + penalty).mean()

    def sample(self, n: int, solver: Solver | None = None) -> Tensor:
        """Draw n examples, shape (n, D), up to the error of the solver."""
        check_count(n)
        with torch.no_grad():
            return (self.solver if solver is None else solver)(self.field, self.base.sample(n), 0.0, 1.0)

    def _solve(
        self, x: Tensor, t0: float, t1: float, solver: Solver, probes: Probes, penalties: bool = False
    ) -> tuple[Tensor, Tensor]:
        """Return x(t1) (B, D), and the integral of tr J; with penalties of (tr J, |v|^2, |J|^2): (B, 1 or 3)."""
        check_batch(x, self.event)
        dim, e, columns = x.shape[1], probes(x), 3 if penalties else 1

        def augmented(t: float, state: Tensor) -> Tensor:  # (B, D + columns)
            v, trace, stretch = trace_estimate(self.field, t, state[:, :dim], e)
            return torch.cat([v, torch.stack([trace, v.square().sum(1), stretch][:columns], 1)], 1)

        state = solver(augmented, torch.cat([x, x.new_zeros(len(x), columns)], 1), t0, t1)
        return state[:, :dim], state[:, dim:]
