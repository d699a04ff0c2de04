"""A trained MADE as one small file that the live figures read."""

from math import isqrt

import torch
from safetensors.torch import save
from torch import Tensor

from genbook.autoregressive import MADE
from genbook.checks import check_batch
from genbook.nn import MaskedMLP
from genbook.nn.masks import MaskedLinear, hidden_degrees
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture

DTYPES = (torch.float16, torch.float32, torch.float64)


def made_bytes(
    model: MADE,
    shape: tuple[int, int] | None = None,
    examples: Tensor | None = None,
    dtype: torch.dtype = torch.float32,
) -> bytes:
    """Return `model` as a safetensors file: masks applied, rows and columns in the order of generation.

    `shape` is (height, width) of the image (default: square), `examples` (N, D) holds whole levels that the figure
    offers to complete, `dtype` is the precision of the weights in the file.

    Raises:
        TypeError: `model` is no MADE over a `MaskedMLP`, or its output is not one over levels.
        ValueError: its activation is not ReLU, or shape, examples or dtype do not fit.
    """
    height, width = _check(model, shape, examples, dtype)
    network, order = model.network, model.order.cpu()
    hidden = [_effective(layer) for layer in network.layers]
    hidden[0] = hidden[0][:, order]
    tensors: dict[str, Tensor] = {"order": order}
    for i, (weight, layer) in enumerate(zip(hidden, network.layers, strict=True)):
        tensors[f"hidden.{i}.weight"], tensors[f"hidden.{i}.bias"] = weight.to(dtype), layer.bias.to(dtype)
        tensors[f"hidden.{i}.degrees"] = hidden_degrees(network.dim, len(weight))
    tensors["output.weight"], tensors["output.bias"] = _by_place(network.output, order, dtype)
    if network.direct is not None:
        weight, bias = _by_place(network.direct, order, dtype)
        tensors["direct.weight"], tensors["direct.bias"] = weight[:, order], bias
    if examples is not None:
        tensors["examples"] = examples.to(torch.uint8)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, metadata=_metadata(model, height, width))


def _metadata(model: MADE, height: int, width: int) -> dict[str, str]:
    output = model.output
    names = {"output": type(output).__name__, "levels": str(output.levels), "height": str(height), "width": str(width)}
    return {**names, "components": str(getattr(output, "components", 0))}


def _effective(layer: MaskedLinear) -> Tensor:
    """Return the weight with its mask applied, shape (outputs * params, inputs)."""
    return (layer.weight.unflatten(0, (-1, layer.params)) * layer.mask[:, None, :]).flatten(0, 1).cpu()


def _by_place(layer: MaskedLinear, order: Tensor, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Return weight (D * params, inputs) and bias (D * params,), the variables' rows in the order."""
    rows = (-1, layer.params)
    weight = _effective(layer).unflatten(0, rows)[order].flatten(0, 1)
    return weight.to(dtype), layer.bias.cpu().unflatten(0, rows)[order].flatten().to(dtype)


def _check(
    model: MADE, shape: tuple[int, int] | None, examples: Tensor | None, dtype: torch.dtype
) -> tuple[int, int]:
    if not isinstance(model, MADE) or not isinstance(model.network, MaskedMLP):
        raise TypeError(f"model is a {type(model).__name__}, expected a genbook.autoregressive.MADE over a MaskedMLP.")
    if not isinstance(model.output, Bernoulli | Categorical | DiscretizedLogisticMixture):
        raise TypeError(
            f"the model's output is {model.output}, expected one over levels: "
            "Bernoulli, Categorical or DiscretizedLogisticMixture."
        )
    if model.network.activation not in (torch.relu, torch.nn.functional.relu):
        raise ValueError(f"the network's activation is {model.network.activation}, expected torch.relu in the browser.")
    if dtype not in DTYPES:
        raise ValueError(f"dtype is {dtype}, expected one of {', '.join(map(str, DTYPES))}.")
    dim = model.network.dim
    if shape is None:
        shape = (isqrt(dim), isqrt(dim))
    if len(shape) != 2 or shape[0] * shape[1] != dim or min(shape) < 1:
        raise ValueError(f"shape is {tuple(shape)} and the model has {dim} variables, expected height * width = {dim}.")
    if examples is not None:
        check_batch(examples, (dim,), "examples")
        model.output.check(examples)
    return shape
