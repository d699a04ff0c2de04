"""What an output promises: a row of raw network numbers becomes a distribution over one variable."""

from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

from genbook.protocols import Measure


@runtime_checkable
class Output(Protocol):
    """A family of distributions over one variable, indexed by `size` unconstrained numbers.

    An output holds no tensors, so it is the same on every device. Discrete outputs also have `levels`.
    """

    measure: Measure

    @property
    def size(self) -> int:
        """How many parameters one variable takes."""
        ...

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,), params (..., size) -> (...,)."""
        ...

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Turn one uniform number a variable into a draw: params (..., size), u (...,) -> (...,)."""
        ...

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Return the parameters of the distribution at a temperature: sharper below 1, flatter above 1."""
        ...

    def embed(self, x: Tensor) -> Tensor:
        """Scale values to about [-1, 1], the range in which a network sees them."""
        ...

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of `x` is a possible value."""
        ...


def check_params(params: Tensor, size: int, values: Tensor, name: str) -> None:
    """Raise ValueError unless `params` has shape (*values.shape, size)."""
    if params.shape[-1:] != (size,) or params.shape[:-1] != values.shape:
        raise ValueError(
            f"params has shape {tuple(params.shape)} and {name} {tuple(values.shape)}, "
            f"expected params of shape {(*values.shape, size)}: {size} numbers for every entry of {name}."
        )


def check_temperature(temperature: float) -> None:
    """Raise ValueError unless `temperature` is a positive finite number."""
    if not 0.0 < temperature < float("inf"):
        raise ValueError(f"temperature is {temperature}, expected a positive number (1 leaves the model as it is).")


def inside(u: Tensor) -> Tensor:
    """Keep uniform numbers away from 0 and 1, where a quantile would be infinite."""
    eps = torch.finfo(u.dtype).eps
    return u.clamp(eps, 1 - eps)
