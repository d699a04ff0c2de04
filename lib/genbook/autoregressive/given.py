"""A conditional model with the condition held fixed: a model like any other."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from genbook.nn.outputs import Output
from genbook.protocols import Measure


@dataclass(frozen=True)
class Given:
    """p(x | c) for fixed classes `c` (n,), as a model of its own: batches have n rows, one a class."""

    model: Any
    c: Tensor

    @property
    def measure(self) -> Measure:
        """Of the model."""
        return self.model.measure

    @property
    def output(self) -> Output:
        """Of the model."""
        return self.model.output

    @property
    def order(self) -> Tensor:
        """Of the model."""
        return self.model.order

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the parameters of every p(x_t | x_<t, c)."""
        return self.model.conditionals(x, self.c)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x | c) in nats, shape (n,)."""
        return self.model.log_prob(x, self.c)

    def start(self, n: int) -> tuple[Tensor, Any]:
        """Return the parameters of the first variable of n images, one a class, and the state."""
        return self.model.start(n, self.c)

    def step(self, state: Any, x_t: Tensor) -> tuple[Tensor, Any]:
        """Feed the values just generated; return the next parameters."""
        return self.model.step(state, x_t)
