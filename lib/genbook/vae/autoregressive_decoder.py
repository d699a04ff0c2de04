"""A decoder that also sees the variables it has already made: any conditional autoregressive model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from genbook.nn.outputs import Output


class Conditional(Protocol):
    """An autoregressive model of x given c: every p(x_t | x_<t, c) in one pass, and draws."""

    output: Output

    def conditionals(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the parameters of every variable, (B, D, output.size), variables as in `flatten`."""
        ...

    def sample(self, n: int, c: Tensor | None = None) -> Tensor:
        """Draw n examples, one under each row of c."""
        ...


@dataclass(frozen=True)
class Chained:
    """p(x | z) = prod_t p(x_t | x_<t, c) for every row of c."""

    model: Conditional
    c: Tensor
    shape: tuple[int, ...]

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x | z) in nats: (N, *shape) -> (N,); values are not looked at."""
        return self.model.output.log_prob(x.flatten(1), self.model.conditionals(x, self.c)).sum(1)

    def sample(self) -> Tensor:
        """Draw one x for each row, shape (N, *shape)."""
        return self.model.sample(len(self.c), self.c).reshape(len(self.c), *self.shape)


class AutoregressiveDecoder(nn.Module):
    """p(x | z) = prod_t p(x_t | x_<t, c) with c = network(z): as strong as `model` is without any z.

    `model` is a PixelCNN whose network takes feature maps, or whatever keeps the promises of `Conditional`; it and
    `network`, from z (N, K) to what the model takes as c, are passed in (van den Oord et al. 2016b, section 2.4;
    Gulrajani et al. 2017). `shape` is that of one x.
    """

    def __init__(self, network: Callable[[Tensor], Tensor], model: Conditional, shape: Sequence[int]) -> None:
        """Join what z says and what the past says."""
        super().__init__()
        self.network, self.model, self.shape = network, model, tuple(shape)

    def forward(self, z: Tensor) -> Chained:
        """Return p(x | z) for every row of z."""
        return Chained(self.model, self.network(z), self.shape)

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of x is a value that the output can take."""
        self.model.output.check(x)
