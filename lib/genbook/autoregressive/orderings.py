"""One MADE for many orders: order-agnostic training, and the mixture over orders that it makes possible."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from genbook.autoregressive.made import MADE
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_batch, check_count
from genbook.nn.masks import check_ordering
from genbook.nn.outputs import Output
from genbook.protocols import Measure


def draw_orderings(k: int, dim: int) -> Tensor:
    """Draw k permutations of 0, ..., dim - 1 uniformly, shape (k, dim)."""
    check_count(k, "k")
    return torch.rand(k, dim).argsort(1)


def order_agnostic_loss(model: MADE, x: Tensor, orderings: Tensor, degrees: Sequence[Tensor] | None = None) -> Tensor:
    """Return the mean negative log-likelihood in nats an example, shape (), under several orders.

    The batch is split into len(orderings) parts, each of which sees its own order (Uria et al. 2014; Germain et al.
    2015). With orders drawn anew for every step, it is an unbiased estimate of the mean over all
    of them. `degrees`, drawn by `nn.masks.draw_degrees`, makes the training connectivity-agnostic as well.
    """
    check_batch(x, (model.network.dim,))
    if len(orderings) > len(x):
        raise ValueError(f"{len(orderings)} orderings came for {len(x)} examples, expected at most one an example.")
    parts = zip(x.tensor_split(len(orderings)), orderings, strict=True)
    log_p = [model.output.log_prob(part, model.conditionals(part, o, degrees)).sum(1) for part, o in parts]
    return -torch.cat(log_p).mean()


@dataclass(frozen=True)
class _InOrder:
    """A MADE seen through another order than its own."""

    model: MADE
    order: Tensor

    @property
    def output(self) -> Output:
        return self.model.output

    def conditionals(self, x: Tensor) -> Tensor:
        return self.model.conditionals(x, self.order)

    def start(self, n: int) -> tuple[Tensor, Any]:
        return self.model.network.start(n, self.order)

    def step(self, state: Any, x_t: Tensor) -> tuple[Tensor, Any]:
        return self.model.step(state, x_t)


class OrderingEnsemble(nn.Module):
    """The mixture p(x) = 1/K sum_k p(x | order k) of one order-agnostic MADE (Uria et al. 2014).

    It is a normalised distribution of its own, at least as likely on average as its members are (Jensen). It has no
    `conditionals`: a mixture over orders is no product in any single order.
    """

    def __init__(self, model: MADE, orderings: Tensor) -> None:
        """Mix `model` over `orderings`, shape (K, D)."""
        super().__init__()
        if orderings.dim() != 2 or len(orderings) == 0:
            raise ValueError(
                f"orderings has shape {tuple(orderings.shape)}, expected (K, {model.network.dim}), K >= 1."
            )
        for ordering in orderings:
            check_ordering(ordering, model.network.dim)
        self.model = model
        self.register_buffer("orderings", orderings.clone())

    @property
    def measure(self) -> Measure:
        """Of the model that is mixed."""
        return self.model.measure

    def log_prob(self, x: Tensor) -> Tensor:
        """Return the exact log-likelihood of the mixture in nats: (B, D) -> (B,)."""
        each = torch.stack([self.model.log_prob(x, ordering) for ordering in self.orderings])  # (K, B)
        return each.logsumexp(0) - math.log(len(self.orderings))

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, D): an order by chance for each, then the variables in it."""
        check_count(n)
        weight = self.model.network.output.weight
        x = torch.empty(n, self.model.network.dim, dtype=weight.dtype, device=weight.device)
        which = torch.randint(len(self.orderings), (n,), device=weight.device)
        for k in which.unique().tolist():
            rows = (which == k).nonzero()[:, 0]
            x[rows] = ancestral(_InOrder(self.model, self.orderings[k]), torch.rand_like(x[rows]))
        return x
