"""One variable with ordered levels: a smooth density, cut into bins."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from genbook.checks import check_count, check_levels
from genbook.nn.outputs.output import check_params, check_temperature
from genbook.protocols import Measure

LIMIT = 7.0  # of |log scale|: exp(-7) is far below any bin of 256 levels, exp(7) is flat on all of them


@dataclass(frozen=True)
class DiscretizedLogisticMixture:
    """A mixture of logistic densities on [-1, 1], integrated over one bin a level (Salimans et al. 2017, eq. 2).

    A row of parameters holds K weight logits, K means and K log scales, means and scales in units of `embed`. The
    bins of level 0 and of the last level reach to -infinity and +infinity, so the masses of all levels sum to one.

    >>> output = DiscretizedLogisticMixture(levels=3, components=1)
    >>> params = torch.zeros(3, 3)
    >>> round(float(output.log_prob(torch.tensor([0.0, 1.0, 2.0]), params).exp().sum()), 6)
    1.0
    """

    levels: int
    components: int
    measure: ClassVar[Measure] = "counting"

    def __post_init__(self) -> None:
        """Refuse fewer than two levels or no component."""
        check_count(self.components, "components", most=1000)
        check_count(self.levels, "levels", most=2**16)
        if self.levels < 2:
            raise ValueError(f"levels is {self.levels}, expected at least 2: one level has nothing to model.")

    @property
    def size(self) -> int:
        """A weight logit, a mean and a log scale for each component."""
        return 3 * self.components

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,) whole floats, params (..., 3 K) -> (...,).

        With bin edges a < b in units of the scale, sigmoid(b) - sigmoid(a) = sigmoid(b) sigmoid(-a) (1 - exp(a - b)):
        the right side has no cancellation, so its logarithm is right however far the bin lies in a tail.
        """
        check_params(params, self.size, x, "x")
        log_weight, mean, log_scale = self._split(params)
        x = x.unsqueeze(-1)  # (..., 1), against (..., K)
        half = 1 / (self.levels - 1)  # half a bin
        centre = (self.embed(x) - mean) * (-log_scale).exp()
        reach = half * (-log_scale).exp()
        first, last = x <= 0, x >= self.levels - 1
        below_b = F.logsigmoid(centre + reach).masked_fill(last, 0.0)
        above_a = F.logsigmoid(reach - centre).masked_fill(first, 0.0)
        width = torch.log(-torch.expm1(-2 * reach)).masked_fill(first | last, 0.0)
        return (log_weight + below_b + above_a + width).logsumexp(-1)

    def probabilities(self, params: Tensor) -> Tensor:
        """Return the probability of every level: params (..., 3 K) -> (..., levels)."""
        level = torch.arange(self.levels, dtype=params.dtype, device=params.device)
        shape = (*params.shape[:-1], self.levels)
        return self.log_prob(level.expand(shape), params.unsqueeze(-2).expand(*shape, self.size)).exp()

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Invert the CDF: the number of bins whose upper edge u has passed."""
        check_params(params, self.size, u, "u")
        log_weight, mean, log_scale = (p.unsqueeze(-2) for p in self._split(params))  # (..., 1, K)
        level = torch.arange(self.levels - 1, dtype=params.dtype, device=params.device)
        edge = self.embed(level + 0.5).unsqueeze(-1)  # (levels - 1, 1): upper edges of all bins but the last
        cdf = (log_weight.exp() * ((edge - mean) * (-log_scale).exp()).sigmoid()).sum(-1)  # (..., levels - 1)
        return (u.unsqueeze(-1) >= cdf).sum(-1).to(params.dtype)

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Temper the parts: weights to the power 1/T and scales times T, so that T -> 0 leaves one level.

        The exact p(x)^(1/T) of a mixture is not a mixture of the same kind.
        """
        check_temperature(temperature)
        weight, mean, _ = params.chunk(3, -1)
        log_scale = self._split(params)[2] + math.log(temperature)
        return torch.cat([weight / temperature, mean, log_scale], -1)

    def embed(self, x: Tensor) -> Tensor:
        """Map 0, ..., levels - 1 to [-1, 1]."""
        return 2 * x / (self.levels - 1) - 1

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is a whole number below `levels`."""
        check_levels(x, self.levels)

    def _split(self, params: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return log weights, means and log scales, each (..., K)."""
        weight, mean, log_scale = params.chunk(3, -1)
        return weight.log_softmax(-1), mean, log_scale.clamp(-LIMIT, LIMIT)
