"""MADE: a masked autoencoder whose outputs are the conditionals of the chain rule."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Output
from genbook.protocols import Measure


class MADE(nn.Module):
    """log p(x) = sum_t log p(x_{o_t} | x_{o_1}, ..., x_{o_{t-1}}), all terms from one pass (Germain et al. 2015).

    `network` maps embedded values (B, D) to (B, D, output.size) and honours the order; `output` turns a row of
    parameters into the distribution of one variable. Orders other than the network's own can be passed where the
    network was trained for them (see `orderings`). Dropout acts in training mode: call `eval()` before measuring.

    Raises:
        ValueError: the network gives another number of parameters than the output takes, or `input_dropout` is not in
            [0, 1).

    >>> from genbook.nn.outputs import Bernoulli
    >>> from genbook.numerics import all_states
    >>> model = MADE(MaskedMLP(3, hidden=(8,), params=1), Bernoulli())
    >>> round(model.log_prob(all_states(3)).exp().sum().item(), 5)
    1.0
    """

    def __init__(self, network: MaskedMLP, output: Output, input_dropout: float = 0.0) -> None:
        """Join a masked network and an output; in training the share `input_dropout` of the inputs is hidden."""
        super().__init__()
        if network.params != output.size:
            raise ValueError(
                f"network gives {network.params} parameters a variable and {output} takes {output.size}: "
                f"build the network with params={output.size}."
            )
        if not 0.0 <= input_dropout < 1.0:
            raise ValueError(f"input_dropout is {input_dropout}, expected a share from 0 to below 1.")
        self.network, self.output = network, output
        self.input_dropout = nn.Dropout(input_dropout)

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    @property
    def order(self) -> Tensor:
        """order[t] is the variable generated t-th, shape (D,)."""
        return self.network.ordering

    def conditionals(
        self, x: Tensor, ordering: Tensor | None = None, degrees: Sequence[Tensor] | None = None
    ) -> Tensor:
        """Return the parameters of all p(x_d | variables before d) in one pass: (B, D) -> (B, D, output.size)."""
        check_batch(x, (self.network.dim,))
        return self.network(self.input_dropout(self.output.embed(x)), ordering, degrees)

    def log_prob(self, x: Tensor, ordering: Tensor | None = None) -> Tensor:
        """Return the exact log-likelihood log p(x) in nats: (B, D) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the output cannot take.
        """
        check_batch(x, (self.network.dim,))
        self.output.check(x)
        return self.output.log_prob(x, self.conditionals(x, ordering)).sum(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean negative log-likelihood in nats an example, shape ()."""
        return -self.output.log_prob(x, self.conditionals(x)).sum(1).mean()

    def start(self, n: int) -> tuple[Tensor, Any]:
        """Return the parameters (n, output.size) of the first variable in the order, and a cache."""
        return self.network.start(n)

    def step(self, state: Any, x_t: Tensor) -> tuple[Tensor, Any]:
        """Feed the values x_t (n,) of the variable just generated; return the next parameters and the cache."""
        return self.network.step(state, self.output.embed(x_t))

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, D), each hidden unit computed once."""
        check_count(n)
        weight = self.network.output.weight
        return ancestral(self, torch.rand(n, self.network.dim, dtype=weight.dtype, device=weight.device))
