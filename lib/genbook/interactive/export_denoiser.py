"""A trained denoiser of small images as one small file that the live figure reads."""

import json
from math import isqrt

import torch
from safetensors.torch import load, save
from torch import nn

from genbook.checks import check_count
from genbook.diffusion import DenseNetwork


def denoiser_bytes(network: DenseNetwork, levels: int, dtype: torch.dtype = torch.float16) -> bytes:
    """Return `network` as a safetensors file that the live figure "denoise-digits" reads.

    The network predicts v under the `Cosine` schedule, for square images whose `levels` grey levels lie on [-1, 1].

    Raises:
        TypeError: `network` is no `DenseNetwork`.
        ValueError: its images are not square, or it has another activation than SiLU.
    """
    if not isinstance(network, DenseNetwork):
        raise TypeError(f"network is a {type(network).__name__}, expected a genbook.diffusion.DenseNetwork.")
    check_count(levels, "levels")
    side = isqrt(network.dim)
    if side**2 != network.dim:
        raise ValueError(f"the network's data have {network.dim} values, expected a square number: a square image.")
    others = [m for m in network.mlp if not isinstance(m, nn.Linear | nn.SiLU | nn.Dropout | nn.Identity)]
    if others:
        raise ValueError(f"the network holds a {type(others[0]).__name__}, expected SiLU as its activation.")
    tensors = {}
    for i, layer in enumerate(_layers(network)):
        tensors[f"layer.{i}.weight"], tensors[f"layer.{i}.bias"] = layer.weight.to(dtype), layer.bias.to(dtype)
    facts = {"side": side, "levels": levels, "classes": network.classes, "frequencies": network.frequencies}
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain, metadata={"denoiser": json.dumps(facts)})


def denoiser_from_bytes(content: bytes) -> DenseNetwork:
    """Return the network that `denoiser_bytes` wrote, in double precision: the inverse, up to rounding."""
    tensors = load(content)
    length = int.from_bytes(content[:8], "little")
    facts = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["denoiser"])
    sizes = [len(tensors[f"layer.{i}.bias"]) for i in range(sum(name.endswith("bias") for name in tensors))]
    network = DenseNetwork(facts["side"] ** 2, facts["classes"], sizes[:-1], facts["frequencies"]).double().eval()
    for i, layer in enumerate(_layers(network)):
        layer.weight.data, layer.bias.data = tensors[f"layer.{i}.weight"].double(), tensors[f"layer.{i}.bias"].double()
    return network


def _layers(network: DenseNetwork) -> list[nn.Linear]:
    return [layer for layer in network.mlp if isinstance(layer, nn.Linear)]
