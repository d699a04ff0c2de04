"""MAF: masked autoregressive layers, one on top of the other, each in another order."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genbook.checks import check_count
from genbook.flows.bijections import Affine, Bijection
from genbook.flows.flow import Flow
from genbook.flows.masked import MaskedAutoregressive
from genbook.nn import MaskedMLP, StandardNormal


def alternating_orders(dim: int, layers: int) -> list[Tensor]:
    """Return 0, ..., D - 1 and its reverse in turn, one int64 order (D,) a layer, as in Papamakarios et al. (2017).

    >>> alternating_orders(3, 2)
    [tensor([0, 1, 2]), tensor([2, 1, 0])]
    """
    check_count(dim, "dim")
    check_count(layers, "layers")
    order = torch.arange(dim)
    return [order if layer % 2 == 0 else order.flip(0) for layer in range(layers)]


def autoregressive_layers(
    orders: Sequence[Tensor], hidden: Sequence[int], bijection: Bijection, context: int = 0
) -> list[MaskedAutoregressive]:
    """Return one masked layer an order; read-outs are zero, so that every layer begins at the bijection of zeros.

    `context` is the number C of entries of a condition (0: there is none).

    Raises:
        ValueError: there is no order.
    """
    if not orders:
        raise ValueError("orders is empty, expected one order a layer, such as alternating_orders(dim, 5).")
    layers = []
    for order in orders:
        dim = len(order)
        network = MaskedMLP(dim, hidden, bijection.size, ordering=order)
        nn.init.zeros_(network.output.weight)
        nn.init.zeros_(network.output.bias)
        condition = nn.Linear(context, hidden[0] + dim * bijection.size) if context else None
        layers.append(MaskedAutoregressive(network, bijection, condition))
    return layers


def maf(
    dim: int,
    layers: int = 5,
    hidden: Sequence[int] = (64, 64),
    orders: Sequence[Tensor] | None = None,
    bijection: Bijection | None = None,
    context: int = 0,
) -> Flow:
    """Return a masked autoregressive flow on (B, D): one pass a layer for a density, D steps for a sample.

    `orders` holds one order a layer (default: `alternating_orders(dim, layers)`), `bijection` is affine by
    default. With `context` > 0 the flow models p(x | c), c (B, context).

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or an order is not a permutation.

    >>> flow = maf(3, layers=2, hidden=(8,))
    >>> round(flow.log_prob(torch.zeros(1, 3)).exp().item(), 4)  # it begins at its base
    0.0635
    """
    orders = alternating_orders(dim, layers) if orders is None else orders
    bijection = Affine() if bijection is None else bijection
    return Flow(StandardNormal(dim), autoregressive_layers(orders, hidden, bijection, context))
