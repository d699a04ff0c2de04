"""Decoders whose variables are independent given z."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.nn.outputs import Output


@dataclass(frozen=True)
class Factorized:
    """p(x | z) = prod_d p(x_d | params_d) for every row: params has shape (N, *shape, output.size)."""

    output: Output
    params: Tensor

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x | z) in nats: (N, *shape) -> (N,)."""
        return self.output.log_prob(x, self.params).flatten(1).sum(1)

    def sample(self) -> Tensor:
        """Draw one x for each row, shape (N, *shape)."""
        u = torch.rand(self.params.shape[:-1], dtype=self.params.dtype, device=self.params.device)
        return self.output.from_uniform(self.params, u)

    def mean(self) -> Tensor:
        """Return E[x | z] of discrete values, shape (N, *shape): the picture to show where noise would distract."""
        p = self.output.probabilities(self.params)  # (N, *shape, levels)
        return p @ torch.arange(p.shape[-1], dtype=p.dtype, device=p.device)


class FactorizedDecoder(nn.Module):
    """A network that turns z (N, K) into the parameters of every variable of x, independent given z.

    The network returns N rows of prod(shape) * output.size numbers, in the layout (*shape, output.size).

    Raises:
        ValueError: (on use) the network returns another number of values.
    """

    def __init__(self, network: nn.Module, output: Output, shape: Sequence[int]) -> None:
        """Join a network, an output and the shape of one x."""
        super().__init__()
        self.network, self.output, self.shape = network, output, tuple(shape)

    def forward(self, z: Tensor) -> Factorized:
        """Return p(x | z) for every row of z."""
        params = self.network(z)
        expected = math.prod(self.shape) * self.output.size
        if params[0].numel() != expected:
            raise ValueError(
                f"the network gives {params[0].numel()} numbers a row, expected {expected}: {self.output.size} for "
                f"every variable of an x of shape {self.shape}."
            )
        return Factorized(self.output, params.reshape(len(z), *self.shape, self.output.size))

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of x is a value that the output can take."""
        self.output.check(x)
