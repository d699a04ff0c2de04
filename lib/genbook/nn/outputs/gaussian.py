"""One real variable."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from genbook.checks import check_finite
from genbook.nn.outputs.output import check_params, check_temperature, inside
from genbook.protocols import Measure

LIMIT = 10.0  # of |log scale|, so that no gradient overflows


@dataclass(frozen=True)
class Gaussian:
    """A normal density with parameters (mean, log scale); the log scale is kept within 10 of zero.

    >>> round(float(Gaussian().log_prob(torch.zeros(()), torch.zeros(2))), 4)
    -0.9189
    """

    measure: ClassVar[Measure] = "lebesgue"
    size: ClassVar[int] = 2

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,), params (..., 2) -> (...,)."""
        check_params(params, self.size, x, "x")
        return log_normal(x, params[..., 0], params[..., 1].clamp(-LIMIT, LIMIT))

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Invert the CDF: mean + scale * quantile of the standard normal at u."""
        check_params(params, self.size, u, "u")
        return params[..., 0] + params[..., 1].clamp(-LIMIT, LIMIT).exp() * torch.special.ndtri(inside(u))

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Return the parameters of p(x)^(1/T), normalised: the variance times T."""
        check_temperature(temperature)
        mean, log_scale = params.unbind(-1)
        return torch.stack([mean, log_scale.clamp(-LIMIT, LIMIT) + 0.5 * math.log(temperature)], -1)

    def embed(self, x: Tensor) -> Tensor:
        """Leave the values as they are: standardise the data first."""
        return x

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is finite."""
        check_finite(x)


def log_normal(x: Tensor, mean: Tensor, log_scale: Tensor) -> Tensor:
    """Return log N(x; mean, exp(log_scale)^2) in nats, elementwise."""
    z = (x - mean) * (-log_scale).exp()
    return -0.5 * z.square() - log_scale - 0.5 * math.log(2 * math.pi)
