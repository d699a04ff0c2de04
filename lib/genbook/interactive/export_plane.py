"""The decoder of a VAE with two latent variables as one small file that the live figure reads."""

import json
from math import isqrt

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.vae import VAE, FactorizedDecoder


def plane_bytes(
    model: VAE, x: Tensor | None = None, y: Tensor | None = None, dtype: torch.dtype = torch.float16
) -> bytes:
    """Return the decoder of `model` as a safetensors file, with the codes of images x (N, D) and their labels y (N,).

    A code is the mean of q(z | x). Weights are stored in `dtype`, codes in single precision.

    Raises:
        TypeError: the decoder is no `FactorizedDecoder` over an `MLP` with a discretised logistic mixture.
        ValueError: there are not two latent variables, the image is not square, another activation than SiLU is used,
            or x came without y.
    """
    layers = _layers(model)
    tensors = {}
    for i, layer in enumerate(layers):
        tensors[f"layer.{i}.weight"], tensors[f"layer.{i}.bias"] = layer.weight.to(dtype), layer.bias.to(dtype)
    if (x is None) != (y is None):
        raise ValueError("x or y came without the other, expected both or none: images and their labels.")
    if x is not None and y is not None:
        check_batch(x, model.decoder.shape)
        with torch.no_grad():
            tensors["codes"] = model.encoder(x).mean.float()
        tensors["labels"] = y.to(torch.uint8)
    output, side = model.decoder.output, isqrt(model.decoder.shape[0])
    facts = {"output": type(output).__name__, "levels": output.levels, "components": output.components, "side": side}
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, metadata={"plane": json.dumps(facts)})


def plane_decoder(content: bytes) -> FactorizedDecoder:
    """Return the decoder that `plane_bytes` wrote, in double precision: the inverse, up to rounding."""
    tensors = load(content)
    length = int.from_bytes(content[:8], "little")
    facts = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["plane"])
    sizes = [len(tensors[f"layer.{i}.bias"]) for i in range(sum(name.endswith("bias") for name in tensors))]
    network = MLP(2, sizes[:-1], sizes[-1]).double().eval()
    for i, layer in enumerate(layer for layer in network if isinstance(layer, nn.Linear)):
        layer.weight.data = tensors[f"layer.{i}.weight"].double()
        layer.bias.data = tensors[f"layer.{i}.bias"].double()
    output = DiscretizedLogisticMixture(facts["levels"], facts["components"])
    return FactorizedDecoder(network, output, (facts["side"] ** 2,))


def _layers(model: VAE) -> list[nn.Linear]:
    """Return the linear layers of the decoder, or say why the browser cannot run it."""
    decoder = getattr(model, "decoder", None)
    if not isinstance(decoder, FactorizedDecoder) or not isinstance(decoder.network, MLP):
        raise TypeError(f"the decoder is a {type(decoder).__name__}, expected a FactorizedDecoder over an MLP.")
    if not isinstance(decoder.output, DiscretizedLogisticMixture):
        raise TypeError(f"the output is {decoder.output}, expected a DiscretizedLogisticMixture.")
    layers = [layer for layer in decoder.network if isinstance(layer, nn.Linear)]
    others = [
        layer for layer in decoder.network if not isinstance(layer, nn.Linear | nn.SiLU | nn.Dropout | nn.Identity)
    ]
    if others:
        raise ValueError(f"the decoder holds a {type(others[0]).__name__}, expected SiLU as its activation.")
    if layers[0].in_features != 2:
        raise ValueError(f"the decoder takes {layers[0].in_features} latent variables, expected 2: a plane.")
    if len(decoder.shape) != 1 or isqrt(decoder.shape[0]) ** 2 != decoder.shape[0]:
        raise ValueError(f"an x has shape {decoder.shape}, expected (D,) with D a square number: a square image.")
    return layers
