"""One binary variable."""

from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from genbook.checks import check_levels
from genbook.nn.outputs.output import check_params, check_temperature
from genbook.protocols import Measure


@dataclass(frozen=True)
class Bernoulli:
    """A coin whose one parameter is the logit: p(x = 1) = sigmoid(params[..., 0]).

    >>> import torch
    >>> Bernoulli().log_prob(torch.tensor([1.0, 0.0]), torch.zeros(2, 1)).exp()
    tensor([0.5000, 0.5000])
    """

    measure: ClassVar[Measure] = "counting"
    levels: ClassVar[int] = 2
    size: ClassVar[int] = 1

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,) in {0, 1}, params (..., 1) -> (...,)."""
        check_params(params, self.size, x, "x")
        logit = params[..., 0]
        return x * logit - F.softplus(logit)

    def probabilities(self, params: Tensor) -> Tensor:
        """Return p(0) and p(1): params (..., 1) -> (..., 2)."""
        return torch.cat([-params, params], dim=-1).sigmoid()

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Invert the CDF: 1 where u has passed p(x = 0), else 0."""
        check_params(params, self.size, u, "u")
        return (u >= (-params[..., 0]).sigmoid()).to(params.dtype)

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Return the logit of p(x)^(1/T), normalised."""
        check_temperature(temperature)
        return params / temperature

    def embed(self, x: Tensor) -> Tensor:
        """Map 0 to -1 and 1 to 1."""
        return 2 * x - 1

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is 0 or 1."""
        check_levels(x, self.levels)
