"""NADE: the chain rule with one hidden layer whose weights all conditionals share."""

import math
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor, nn

from genbook.autoregressive.prefix_units import SIGMOID, Unit, prefix_outputs
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.nn.masks import check_ordering
from genbook.nn.outputs import Output
from genbook.protocols import Measure


class Prefix(NamedTuple):
    """The first `t` variables of the order, summed up in the activation a = c + sum of x_i W_i, shape (n, H)."""

    t: int
    a: Tensor


class NADE(nn.Module):
    """log p(x) = sum_d log p(x_d | x_<d) with h_d = sigmoid(c + W_<d x_<d), parameters b_d + V_d h_d.

    This is the model of Larochelle and Murray 2011, with values embedded in [-1, 1] instead of {0, 1} and any output.
    Each h_d follows from the one before by adding x_d W_d, so a whole likelihood costs O(D H). The pass over all
    positions has no Python loop over single ones (see `prefix_units`); `step` is that loop.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or `ordering` is not a permutation.

    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.numerics import all_states
    >>> round(NADE(3, 8, Bernoulli()).log_prob(all_states(3)).exp().sum().item(), 5)
    1.0
    """

    unit: ClassVar[Unit] = SIGMOID

    def __init__(self, dim: int, hidden: int, output: Output, ordering: Tensor | None = None) -> None:
        """Draw the weights; rows are in the order of generation."""
        super().__init__()
        check_count(dim, "dim", most=2**20)
        check_count(hidden, "hidden", most=2**20)
        ordering = torch.arange(dim) if ordering is None else ordering
        check_ordering(ordering, dim)
        self.dim, self.hidden, self.output = dim, hidden, output
        self.register_buffer("order", ordering.clone())
        self.w = nn.Parameter(torch.randn(dim, hidden) / math.sqrt(dim))
        self.c = nn.Parameter(torch.zeros(hidden))
        self.v = nn.Parameter(torch.randn(dim, output.size, hidden) / math.sqrt(hidden))
        self.b = nn.Parameter(torch.zeros(dim, output.size))
        self.register_parameter("rho", None)  # one factor a position, where a model has them

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the parameters of all p(x_d | variables before d): (B, D) -> (B, D, output.size)."""
        check_batch(x, (self.dim,))
        seen = self.output.embed(x)[:, self.order]
        params = self.b + prefix_outputs(seen, self.w, self.c, self.v, self.rho, self.unit)
        return params[:, self.order.argsort()]  # (B, D, size), no longer in the order

    def log_prob(self, x: Tensor) -> Tensor:
        """Return the exact log-likelihood log p(x) in nats: (B, D) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the output cannot take.
        """
        check_batch(x, (self.dim,))
        self.output.check(x)
        return self.output.log_prob(x, self.conditionals(x)).sum(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean negative log-likelihood in nats an example, shape ()."""
        return -self.output.log_prob(x, self.conditionals(x)).sum(1).mean()

    def start(self, n: int) -> tuple[Tensor, Prefix]:
        """Return the parameters (n, output.size) of the first variable in the order, and its prefix."""
        check_count(n)
        prefix = Prefix(0, self.c.expand(n, -1))
        return self._params(prefix), prefix

    def step(self, state: Prefix, x_t: Tensor) -> tuple[Tensor, Prefix]:
        """Feed the values x_t (n,) of the variable just generated; return the next parameters and prefix, in O(H).

        Raises:
            ValueError: x_t has another length than the state, or all variables but the last are already known.
        """
        if x_t.shape != state.a.shape[:1]:
            raise ValueError(f"x_t has shape {tuple(x_t.shape)}, expected {tuple(state.a.shape[:1])}: one value a row.")
        if state.t + 1 >= self.dim:
            raise ValueError(f"step was called after all {self.dim} variables: the last one needs no further step.")
        prefix = Prefix(state.t + 1, torch.addcmul(state.a, self.output.embed(x_t)[:, None], self.w[state.t]))
        return self._params(prefix), prefix

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, D)."""
        check_count(n)
        return ancestral(self, torch.rand(n, self.dim, dtype=self.w.dtype, device=self.w.device))

    def _params(self, prefix: Prefix) -> Tensor:
        t, a = prefix
        h = self.unit.value(a if self.rho is None else self.rho[t] * a)  # (n, H)
        return torch.addmm(self.b[t], h, self.v[t].T)
