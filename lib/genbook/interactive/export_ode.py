"""The vector field of a continuous flow in the plane as one small file that the live figure reads."""

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.flows import Velocity


def field_bytes(field: Velocity, x: Tensor, dtype: torch.dtype = torch.float16) -> bytes:
    """Return `field` as a safetensors file that the live figure "ode-flow" reads, with data x (N, 2) to show behind.

    Weights are stored in `dtype`, data in single precision.

    Raises:
        TypeError: `field` is no Velocity.
        ValueError: it is none in the plane, or x has another shape than (N, 2).
    """
    if not isinstance(field, Velocity):
        raise TypeError(f"field is a {type(field).__name__}, expected a genbook.flows.Velocity.")
    layers = [layer for layer in field.network if isinstance(layer, nn.Linear)]
    if layers[-1].out_features != 2:
        raise ValueError(f"field has {layers[-1].out_features} variables, expected 2: the figure is a plane.")
    check_batch(x, (2,))
    tensors = {"data": x.float()}
    for i, layer in enumerate(layers):
        tensors[f"layer.{i}.weight"], tensors[f"layer.{i}.bias"] = layer.weight.to(dtype), layer.bias.to(dtype)
    return save({name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()})


def field_from_bytes(content: bytes) -> Velocity:
    """Return the field that `field_bytes` wrote, in double precision: the inverse, up to rounding.

    >>> field = Velocity(2, (3,))
    >>> again = field_from_bytes(field_bytes(field, torch.zeros(1, 2), torch.float32))
    >>> torch.equal(again.network[0].weight.float(), field.network[0].weight)
    True
    """
    tensors = load(content)
    sizes = [len(tensors[f"layer.{i}.bias"]) for i in range(sum(name.endswith("bias") for name in tensors))]
    field = Velocity(2, sizes[:-1]).double().eval()
    for i, layer in enumerate(layer for layer in field.network if isinstance(layer, nn.Linear)):
        layer.weight.data = tensors[f"layer.{i}.weight"].double()
        layer.bias.data = tensors[f"layer.{i}.bias"].double()
    return field
