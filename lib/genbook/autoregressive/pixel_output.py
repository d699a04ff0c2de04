"""From the parameters of a pixel to the distributions of its channels."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor

from genbook.checks import check_count, check_levels
from genbook.nn.outputs import DiscretizedLogisticMixture, Output


@runtime_checkable
class PixelOutput(Protocol):
    """A distribution over the channels of one pixel, indexed by `size` numbers; `each` is that of a single channel."""

    each: Output
    channels: int

    @property
    def size(self) -> int:
        """How many parameters a pixel takes."""
        ...

    def conditionals(self, x: Tensor, params: Tensor) -> Tensor:
        """Return the parameters of p(x_c | x_<c), for `each`: x (..., C), params (..., size) -> (..., C, each.size)."""
        ...

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) in nats: x (..., C), params (..., size) -> (...,)."""
        ...


@dataclass(frozen=True)
class PerChannel:
    """A row of parameters for every channel; that channel c depends on those before it is the network's business."""

    each: Output
    channels: int

    @property
    def size(self) -> int:
        """The parameters of all channels."""
        return self.channels * self.each.size

    def conditionals(self, x: Tensor, params: Tensor) -> Tensor:
        """Return the row of every channel: params (..., C * each.size) -> (..., C, each.size)."""
        return params.unflatten(-1, (self.channels, self.each.size))

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return the sum over channels of log p(x_c | its row) in nats: (..., C) -> (...,)."""
        return self.each.log_prob(x, self.conditionals(x, params)).sum(-1)


@dataclass(frozen=True)
class ChannelLogisticMixture:
    """A mixture over whole pixels whose means move with the channels before (Salimans et al. 2017, eq. 2 and 3).

    p(x) = sum_k pi_k prod_c P(x_c | mu_kc + sum_{b<c} alpha_kcb x_b, s_kc), P a logistic density integrated over the
    bin of a level, x_b on the scale of [-1, 1]. A pixel takes K weight logits, C K means, C K log scales and
    C (C - 1) / 2 K coefficients (through tanh).

    >>> output = ChannelLogisticMixture(levels=256, components=10)
    >>> output.size
    100
    """

    levels: int
    components: int
    channels: int = 3

    def __post_init__(self) -> None:
        """Refuse what is not a number of channels (levels and components are checked by `each`)."""
        check_count(self.channels, "channels", most=1000)
        DiscretizedLogisticMixture(self.levels, self.components)

    @property
    def each(self) -> DiscretizedLogisticMixture:
        """The distribution of one channel given those before it: again a mixture of discretised logistics."""
        return DiscretizedLogisticMixture(self.levels, self.components)

    @property
    def size(self) -> int:
        """Weight logits, means, log scales and coefficients."""
        return self.components * (1 + 2 * self.channels + self.channels * (self.channels - 1) // 2)

    def log_prob(self, x: Tensor, params: Tensor) -> Tensor:
        """Return log p(x | params) of a pixel in nats: x (..., C), params (..., size) -> (...,)."""
        weight, log_p = self._components(x, params)
        return (weight.log_softmax(-1) + log_p.sum(-2)).logsumexp(-1)

    def conditionals(self, x: Tensor, params: Tensor) -> Tensor:
        """Return the exact p(x_c | x_<c) as parameters of `each`: (..., C), (..., size) -> (..., C, 3 K).

        The component that made the earlier channels makes the later ones, so its weight is its posterior given them:
        log pi_k + sum_{b<c} log P_k(x_b).
        """
        weight, log_p = self._components(x, params)
        _, mean, log_scale = self._split(x, params)
        before = F.pad(log_p.cumsum(-2)[..., :-1, :], (0, 0, 1, 0))  # (..., C, K), zeros for the first channel
        return torch.cat([weight.unsqueeze(-2) + before, mean, log_scale], -1)

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry is a whole number below `levels`."""
        check_levels(x, self.levels)

    def _components(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return weight logits (..., K) and log P_k(x_c | x_<c), shape (..., C, K)."""
        weight, mean, log_scale = self._split(x, params)
        one = DiscretizedLogisticMixture(self.levels, 1)
        rows = torch.stack([torch.zeros_like(mean), mean, log_scale], -1)  # (..., C, K, 3)
        return weight, one.log_prob(x.unsqueeze(-1).expand(mean.shape), rows)

    def _split(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return weight logits (..., K), and the moved means and log scales, each (..., C, K)."""
        if params.shape[-1:] != (self.size,) or params.shape[:-1] != x.shape[:-1] or x.shape[-1] != self.channels:
            raise ValueError(
                f"params has shape {tuple(params.shape)} and x {tuple(x.shape)}, "
                f"expected (..., {self.size}) and (..., {self.channels}): a row of parameters a pixel."
            )
        k, c = self.components, self.channels
        weight, mean, log_scale, alpha = params.split([k, c * k, c * k, c * (c - 1) // 2 * k], -1)
        mean, log_scale = mean.unflatten(-1, (c, k)), log_scale.unflatten(-1, (c, k))
        if c == 1:
            return weight, mean, log_scale
        row, column = torch.tril_indices(c, c, -1).tolist()
        moved = alpha.tanh().unflatten(-1, (-1, k)) * self.each.embed(x)[..., column].unsqueeze(-1)  # (..., pairs, K)
        shift = torch.zeros_like(mean).index_add(-2, torch.tensor(row, device=mean.device), moved)
        return weight, mean + shift, log_scale
