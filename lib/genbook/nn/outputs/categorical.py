"""One variable with a free probability for every level."""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from genbook.checks import check_count, check_levels
from genbook.nn.outputs.output import check_params, check_temperature
from genbook.protocols import Measure


@dataclass(frozen=True)
class Categorical:
    """A softmax over `levels` values 0, ..., levels - 1, which knows nothing of their order.

    >>> import torch
    >>> Categorical(4).log_prob(torch.tensor([3.0]), torch.zeros(1, 4)).exp()
    tensor([0.2500])
    """

    levels: int
    measure: ClassVar[Measure] = "counting"

    def __post_init__(self) -> None:
        """Refuse what is not a number of levels."""
        check_count(self.levels, "levels", most=2**16)

    @property
    def size(self) -> int:
        """One logit a level."""
        return self.levels

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (...,) whole floats, params (..., levels) -> (...,)."""
        check_params(params, self.size, x, "x")
        return params.log_softmax(-1).gather(-1, x.long().unsqueeze(-1)).squeeze(-1)

    def probabilities(self, params: Tensor) -> Tensor:
        """Return the probability of every level: params (..., levels) -> (..., levels)."""
        return params.softmax(-1)

    def from_uniform(self, params: Tensor, u: Tensor) -> Tensor:
        """Invert the CDF: the number of levels whose cumulative probability u has passed."""
        check_params(params, self.size, u, "u")
        cdf = params.softmax(-1).cumsum(-1)[..., :-1]  # (..., levels - 1)
        return (u.unsqueeze(-1) >= cdf).sum(-1).to(params.dtype)

    def tempered(self, params: Tensor, temperature: float) -> Tensor:
        """Return the logits of p(x)^(1/T), normalised by the softmax."""
        check_temperature(temperature)
        return params / temperature

    def embed(self, x: Tensor) -> Tensor:
        """Map 0, ..., levels - 1 to [-1, 1]."""
        return 2 * x / max(self.levels - 1, 1) - 1

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is a whole number below `levels`."""
        check_levels(x, self.levels)
