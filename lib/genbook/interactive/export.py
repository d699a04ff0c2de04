"""A trained MADE as one small file that the live figures read."""

import json
from collections.abc import Iterator
from math import isqrt

import torch
from safetensors.torch import load, save
from torch import Tensor

from genbook.autoregressive import MADE
from genbook.checks import check_batch
from genbook.nn import MaskedMLP
from genbook.nn.masks import MaskedLinear, hidden_degrees
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture

OUTPUTS = {
    "Bernoulli": lambda metadata: Bernoulli(),
    "Categorical": lambda metadata: Categorical(metadata["levels"]),
    "DiscretizedLogisticMixture": lambda metadata: DiscretizedLogisticMixture(
        metadata["levels"], metadata["components"]
    ),
}
DTYPES = (torch.float16, torch.float32, torch.float64)


def made_bytes(
    model: MADE,
    shape: tuple[int, int] | None = None,
    examples: Tensor | None = None,
    dtype: torch.dtype = torch.float32,
) -> bytes:
    """Return `model` as a safetensors file: only the weights that the masks leave, in the order of generation.

    Inputs and outputs stand in the order and hidden degrees are sorted, so row r of a layer sees a leading block of the
    units below; these blocks lie one behind the other in a flat tensor. `shape` is (height, width) of the image
    (default: square), `examples` (N, D) holds whole levels that the figure offers to complete, `dtype` is the
    precision of the weights in the file.

    Raises:
        TypeError: `model` is no MADE over a `MaskedMLP`, or its output is not one over levels.
        ValueError: its activation is not ReLU, or shape, examples or dtype do not fit.
    """
    height, width = _check(model, shape, examples, dtype)
    tensors = {"order": model.order}
    for name, layer, rows, columns in _layers(model.network):
        kept = layer.mask[rows][:, columns]  # (outputs, inputs), a staircase
        weight = layer.weight.unflatten(0, (-1, layer.params))[rows][:, :, columns]  # (outputs, params, inputs)
        tensors[f"{name}.weight"] = weight[_repeat(kept, layer.params)].to(dtype)
        tensors[f"{name}.bias"] = layer.bias.unflatten(0, (-1, layer.params))[rows].flatten().to(dtype)
        if name.startswith("hidden"):
            tensors[f"{name}.degrees"] = hidden_degrees(model.network.dim, len(rows))
    if examples is not None:
        tensors["examples"] = examples.to(torch.uint8)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, metadata=_metadata(model, height, width))


def made_from_bytes(content: bytes) -> MADE:
    """Return the model that `made_bytes` wrote, in double precision and evaluation mode: the inverse, up to rounding.

    >>> model = MADE(MaskedMLP(4, hidden=(3,), ordering=torch.tensor([2, 0, 3, 1])), Bernoulli())
    >>> again = made_from_bytes(made_bytes(model, (2, 2), dtype=torch.float64))
    >>> torch.allclose(again.log_prob(torch.zeros(1, 4).double()), model.log_prob(torch.zeros(1, 4)).double())
    True
    """
    tensors = load(content)
    length = int.from_bytes(content[:8], "little")
    metadata = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["made"])
    output, order = OUTPUTS[metadata["output"]](metadata), tensors["order"]
    hidden = [len(tensors[f"hidden.{i}.bias"]) for i in range(sum(name.endswith("degrees") for name in tensors))]
    network = MaskedMLP(len(order), hidden, output.size, ordering=order, direct="direct.weight" in tensors).double()
    for name, layer, rows, columns in _layers(network):
        kept = _repeat(layer.mask[rows][:, columns], layer.params)
        weight = torch.zeros(kept.shape, dtype=torch.float64)
        weight[kept] = tensors[f"{name}.weight"].double()
        bias = tensors[f"{name}.bias"].double().unflatten(0, (-1, layer.params))
        layer.weight.data = weight[rows.argsort()][:, :, columns.argsort()].flatten(0, 1)
        layer.bias.data = bias[rows.argsort()].flatten()
    return MADE(network, output).eval()


def _layers(network: MaskedMLP) -> Iterator[tuple[str, MaskedLinear, Tensor, Tensor]]:
    """Yield each layer with the order in which its rows and columns are written."""
    columns = network.ordering
    for i, layer in enumerate(network.layers):
        rows = torch.arange(len(layer.bias), device=columns.device)
        yield f"hidden.{i}", layer, rows, columns
        columns = rows
    yield "output", network.output, network.ordering, columns
    if network.direct is not None:
        yield "direct", network.direct, network.ordering, network.ordering


def _repeat(mask: Tensor, params: int) -> Tensor:
    """Return the mask of every parameter: (outputs, inputs) -> (outputs, params, inputs)."""
    return mask[:, None, :].expand(-1, params, -1)


def _metadata(model: MADE, height: int, width: int) -> dict[str, str]:
    """Return one entry, because safetensors writes several in a random order and a file must have one checksum."""
    output = model.output
    facts = {"output": type(output).__name__, "levels": output.levels, "height": height, "width": width}
    return {"made": json.dumps({**facts, "components": getattr(output, "components", 0)})}


def _check(model: MADE, shape: tuple[int, int] | None, examples: Tensor | None, dtype: torch.dtype) -> tuple[int, int]:
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
