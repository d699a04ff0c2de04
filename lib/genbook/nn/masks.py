"""Degrees and masks: which unit may see which variable (Germain et al. 2015, MADE)."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def check_ordering(ordering: Tensor, dim: int) -> None:
    """Raise unless `ordering` is an integer tensor that holds each of 0, ..., dim - 1 once."""
    if not isinstance(ordering, Tensor):
        raise TypeError(f"ordering is a {type(ordering).__name__}, expected an integer tensor of shape ({dim},).")
    if ordering.dtype != torch.int64 or tuple(ordering.shape) != (dim,):
        raise ValueError(
            f"ordering has shape {tuple(ordering.shape)} and dtype {ordering.dtype}, "
            f"expected an int64 tensor of shape ({dim},), such as torch.randperm({dim})."
        )
    if not ordering.is_meta and not torch.equal(ordering.sort().values, torch.arange(dim, device=ordering.device)):
        raise ValueError(f"ordering does not hold each of 0, ..., {dim - 1} once, expected a permutation of them.")


def input_degrees(ordering: Tensor) -> Tensor:
    """Return m(d), the place of variable d in the order counted from 1, shape (D,): ordering[m(d) - 1] = d.

    >>> input_degrees(torch.tensor([2, 0, 1]))
    tensor([2, 3, 1])
    """
    return ordering.argsort() + 1


def hidden_degrees(dim: int, width: int) -> Tensor:
    """Return m(k) of `width` hidden units, spread evenly over 1, ..., D - 1 and sorted, shape (width,).

    Unit k may see the first m(k) variables of the order. Sorted degrees make every mask a staircase, so the units
    that become known together with a variable lie side by side.

    >>> hidden_degrees(4, 5)
    tensor([1, 2, 2, 2, 3])
    """
    return torch.linspace(1, max(dim - 1, 1), width).round().long()


def draw_degrees(dim: int, hidden: Sequence[int]) -> list[Tensor]:
    """Draw hidden degrees for connectivity-agnostic training (Germain et al. 2015), one (H,) a layer.

    Each layer draws uniformly from {lowest degree below, ..., D - 1}, so that no unit is cut off from the inputs.
    """
    low, degrees = 1, []
    for width in hidden:
        degrees.append(torch.randint(low, max(dim, 2), (width,)))
        low = int(degrees[-1].min())
    return degrees


def made_masks(degrees: Sequence[Tensor]) -> list[Tensor]:
    """Return one boolean mask (outputs, inputs) a layer from the degrees of inputs and hidden layers.

    A hidden unit sees units of at most its own degree; the output of variable d sees those strictly below m(d). The
    strictness is the whole point: with >= there, a variable would be predicted from itself.

    >>> made_masks([torch.tensor([1, 2]), torch.tensor([1])])[-1].int()
    tensor([[0],
            [1]], dtype=torch.int32)
    """
    hidden = [above[:, None] >= below[None, :] for below, above in pairwise(degrees)]
    return [*hidden, degrees[0][:, None] > degrees[-1][None, :]]


class MaskedLinear(nn.Module):
    """A linear layer some of whose weights are held at zero.

    `mask` has shape (outputs, inputs); with `params` > 1 every row of it serves that many consecutive outputs, so that
    the weight has shape (outputs * params, inputs).
    """

    def __init__(self, mask: Tensor, params: int = 1) -> None:
        """Draw weights as `nn.Linear` does."""
        super().__init__()
        outputs, inputs = mask.shape
        self.params = params
        bound = 1 / math.sqrt(max(inputs, 1))
        self.weight = nn.Parameter(torch.empty(outputs * params, inputs).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs * params).uniform_(-bound, bound))
        self.register_buffer("mask", mask)
        self._kept: tuple[Tensor, int, Tensor] | None = None  # the mask, its version, and what it becomes in `_spread`

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Map (B, inputs) to (B, outputs * params), through another mask of the same shape if one is given."""
        weight = self.weight
        mask = self._own(weight.dtype) if mask is None else self._spread(mask)
        return F.linear(x, weight * mask, self.bias)

    def _spread(self, mask: Tensor) -> Tensor:
        """Return the mask of the whole weight, as numbers: a product with booleans would be slower."""
        return mask.to(self.weight.dtype).repeat_interleave(self.params, 0)  # (outputs * params, inputs)

    def _own(self, dtype: torch.dtype) -> Tensor:
        """Return its own mask as numbers, made anew only if `mask` was replaced or changed, or the weight's type."""
        mask, kept = self.mask, self._kept
        if kept is None or kept[0] is not mask or kept[1] != mask._version or kept[2].dtype != dtype:
            kept = self._kept = (mask, mask._version, self._spread(mask))
        return kept[2]
