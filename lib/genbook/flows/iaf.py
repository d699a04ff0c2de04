"""IAF: a masked autoregressive flow read backwards, so that samples take one pass."""

from collections.abc import Sequence

from torch import Tensor

from genbook.flows.bijections import Bijection
from genbook.flows.flow import Flow
from genbook.flows.gated import Gated
from genbook.flows.maf import alternating_orders, autoregressive_layers
from genbook.flows.transform import Chain, Inverse
from genbook.nn import StandardNormal


def iaf_transform(
    dim: int,
    layers: int = 4,
    hidden: Sequence[int] = (64,),
    orders: Sequence[Tensor] | None = None,
    bijection: Bijection | None = None,
    context: int = 0,
) -> Inverse:
    """Return the transform of an inverse autoregressive flow (Kingma et al. 2016): `inverse` takes one pass a layer.

    It bends the draws of a posterior in `FlowPosterior`; there c is what the encoder says of x. `forward`, which the
    density of a given point needs, takes D steps a layer. `bijection` is `Gated` by default.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or an order is not a permutation.
    """
    orders = alternating_orders(dim, layers) if orders is None else orders
    bijection = Gated() if bijection is None else bijection
    return Inverse(Chain(autoregressive_layers(orders, hidden, bijection, context)))


def iaf(dim: int, layers: int = 4, hidden: Sequence[int] = (64,), orders: Sequence[Tensor] | None = None) -> Flow:
    """Return an inverse autoregressive flow on (B, D) as a density: one pass a layer for samples, D for `log_prob`.

    >>> import torch
    >>> flow = iaf(2, layers=1, hidden=(8,))
    >>> round(flow.sample(4000).std().item(), 1)  # sigmoid(2) = 0.88
    0.9
    """
    return Flow(StandardNormal(dim), [iaf_transform(dim, layers, hidden, orders)])
