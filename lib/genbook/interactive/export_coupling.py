"""The file behind the live figure `coupling-layers`: a coupling flow of the plane, and points to carry through it."""

import json
from typing import Any

import torch
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.flows import ActNorm, Affine, Coupling, Flow

DIGITS = 5  # decimals of weights and points


def coupling_bytes(flow: Flow, points: Tensor, groups: Tensor, card: dict[str, Any]) -> bytes:
    """Return the JSON that the figure reads: layers, data points with their groups, and what the card says.

    Layers are affine couplings over two variables with ReLU networks, each followed by an `ActNorm`. Weights are
    rounded; `rounded` gives the flow as a reader of the file has it.

    Args:
        flow: such a flow.
        points: data (N, 2).
        groups: which piece of the data a point belongs to, (N,), whole numbers.
        card: command, seed, steps, data, metrics.

    Raises:
        TypeError, ValueError: the flow has other layers, or the points have another shape.
    """
    check_batch(points, (2,), "points")
    layers = [_layer(c, n) for c, n in _pairs(flow)]
    record = {"card": card, "layers": layers, "points": _list(points), "groups": groups.tolist()}
    return json.dumps(record, separators=(",", ":")).encode()


@torch.no_grad()
def rounded(flow: Flow) -> Flow:
    """Round all weights of `flow` in place as the file does, and return it."""
    for parameter in flow.parameters():
        parameter.copy_(parameter.double().round(decimals=DIGITS))
    return flow


def _pairs(flow: Flow) -> list[tuple[Coupling, ActNorm]]:
    layers = list(flow.transform.transforms)
    pairs = list(zip(layers[::2], layers[1::2], strict=False))
    right = all(
        isinstance(c, Coupling) and isinstance(c.bijection, Affine) and c.dim == 2 and isinstance(n, ActNorm)
        for c, n in pairs
    )
    if not pairs or len(layers) % 2 or not right:
        raise TypeError("the flow has other layers, expected affine couplings of two variables, an ActNorm after each.")
    return pairs


def _layer(coupling: Coupling, norm: ActNorm) -> dict[str, Any]:
    dense = [m for m in coupling.network.modules() if isinstance(m, nn.Linear)]
    return {
        "still": int(coupling.still[0]),
        "limit": coupling.bijection.limit,
        "dense": [{"weight": _list(m.weight), "bias": _list(m.bias)} for m in dense],
        "log_scale": _list(norm.log_scale),
        "shift": _list(norm.shift),
    }


def _list(values: Tensor) -> list[Any]:
    return values.detach().double().round(decimals=DIGITS).tolist()
