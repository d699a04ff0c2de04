"""One real variable with several modes."""

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from genbook.checks import check_count, check_finite
from genbook.nn.outputs.gaussian import LIMIT, log_normal
from genbook.nn.outputs.output import check_params, check_temperature, inside
from genbook.protocols import Measure


@dataclass(frozen=True)
class GaussianMixture:
    """A mixture of K normal densities; a row holds K weight logits, K means and K log scales.

    >>> output = GaussianMixture(components=2)
    >>> round(float(output.log_prob(torch.zeros(()), torch.zeros(6))), 4)
    -0.9189
    """

    components: int
    measure: ClassVar[Measure] = "lebesgue"

    def __post_init__(self) -> None:
        """Refuse what is not a number of components."""
        check_count(self.components, "components", most=1000)

    @property
    def size(self) -> int:
        """A weight logit, a mean and a log scale for each component."""
        return 3 * self.components

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,), params (..., 3 K) -> (...,)."""
        check_params(params, self.size, x, "x")
        weight, mean, log_scale = params.chunk(3, -1)
        log_density = log_normal(x.unsqueeze(-1), mean, log_scale.clamp(-LIMIT, LIMIT))  # (..., K)
        return (weight.log_softmax(-1) + log_density).logsumexp(-1)

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Choose the component by u, then use what is left of u, rescaled to [0, 1], inside that component."""
        check_params(params, self.size, u, "u")
        weight, mean, log_scale = params.chunk(3, -1)
        p = weight.softmax(-1)
        cdf = p.cumsum(-1)
        k = (u.unsqueeze(-1) >= cdf[..., :-1]).sum(-1, keepdim=True)  # (..., 1)
        p_k = p.gather(-1, k).clamp_min(torch.finfo(p.dtype).tiny)
        left = (u.unsqueeze(-1) - (cdf.gather(-1, k) - p_k)) / p_k
        scale = log_scale.gather(-1, k).clamp(-LIMIT, LIMIT).exp()
        return (mean.gather(-1, k) + scale * torch.special.ndtri(inside(left))).squeeze(-1)

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Temper the parts: weights to the power 1/T and variances times T.

        The exact p(x)^(1/T) of a mixture is not a mixture of the same kind.
        """
        check_temperature(temperature)
        weight, mean, log_scale = params.chunk(3, -1)
        log_scale = log_scale.clamp(-LIMIT, LIMIT) + 0.5 * math.log(temperature)
        return torch.cat([weight / temperature, mean, log_scale], -1)

    def embed(self, x: Tensor) -> Tensor:
        """Leave the values as they are: standardise the data first."""
        return x

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is finite."""
        check_finite(x)
