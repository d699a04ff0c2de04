"""The generator of a DCGAN as one small file that the live figure reads: batch normalisation is folded away."""

import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.gan import DCGANGenerator
from genbook.gan.dcgan import KERNEL, PADDING, STRIDE


def gan_bytes(
    generator: DCGANGenerator, terms: Tensor, directions: Tensor, dtype: torch.dtype = torch.float16
) -> bytes:
    """Return the generator as a safetensors file, with codes and directions that the figure offers.

    In evaluation mode batch normalisation is an affine map a channel, so it becomes part of the weights before it. They
    are stored in `dtype`. terms (20, K) are codes, thin and bold in turn, of the digits 0 to 9; directions (3, K) add
    thickness, slant and rotation; both are stored in single precision.

    Raises:
        TypeError, ValueError: the generator is no `DCGANGenerator` with one channel, or a tensor does not fit it.
    """
    if not isinstance(generator, DCGANGenerator):
        raise TypeError(f"generator is a {type(generator).__name__}, expected a genbook.gan.DCGANGenerator.")
    if generator.network[-2].out_channels != 1:
        raise ValueError(f"an image has {generator.network[-2].out_channels} channels, expected one: grey images.")
    for name, codes, rows in (("terms", terms, 20), ("directions", directions, 3)):
        check_batch(codes, (generator.latents,), name)
        if len(codes) != rows:
            raise ValueError(f"{name} has {len(codes)} rows, expected {rows}.")
    dense, _, first, _, grow, second, _, paint, _ = generator.network
    with torch.no_grad():
        gain, shift = _affine(first)
        weight = dense.weight.unflatten(0, (len(gain), -1)) * gain[:, None, None]  # (C, S * S, K)
        tensors = {"dense.weight": weight.flatten(0, 1), "dense.bias": shift}
        gain, shift = _affine(second)
        tensors |= {"grow.weight": grow.weight * gain[:, None, None], "grow.bias": shift}
        tensors |= {"paint.weight": paint.weight, "paint.bias": paint.bias}
    plain = {name: tensor.to(dtype).cpu().contiguous() for name, tensor in tensors.items()}
    return save(plain | {"terms": terms.float().contiguous(), "directions": directions.float().contiguous()})


def gan_generator(content: bytes) -> nn.Module:
    """Return the generator that `gan_bytes` wrote, z (B, K) -> (B, 1, size, size), in double precision."""
    tensors = {name: tensor.double() for name, tensor in load(content).items()}
    (rows, latents), channels = tensors["dense.weight"].shape, len(tensors["dense.bias"])
    width, side = len(tensors["grow.bias"]), round((rows // channels) ** 0.5)
    network = nn.Sequential(
        nn.Linear(latents, rows),
        nn.Unflatten(1, (channels, side, side)),
        nn.ReLU(),
        nn.ConvTranspose2d(channels, width, KERNEL, STRIDE, PADDING),
        nn.ReLU(),
        nn.ConvTranspose2d(width, 1, KERNEL, STRIDE, PADDING),
        nn.Tanh(),
    ).double()
    tensors["dense.bias"] = tensors["dense.bias"].repeat_interleave(side**2)
    for layer, name in ((network[0], "dense"), (network[3], "grow"), (network[5], "paint")):
        layer.weight.data, layer.bias.data = tensors[f"{name}.weight"], tensors[f"{name}.bias"]
    return network.eval().requires_grad_(False)


def _affine(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return gain and shift (C,) with norm(h) = gain h + shift in evaluation mode."""
    gain = norm.weight / (norm.running_var + norm.eps).sqrt()
    return gain, norm.bias - gain * norm.running_mean
