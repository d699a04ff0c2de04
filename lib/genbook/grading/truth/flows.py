"""The coupling flow of the assignment on flows, and what makes a returned flow a valid one."""

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn

from genbook.data import toys
from genbook.grading.exercise import CheckFailed
from genbook.grading.truth.draws import normal
from genbook.grading.truth.values import network_from, read
from genbook.nn import MLP
from genbook.numerics import seeded

LAYERS, WIDTH = 6, 32
Net = Callable[[int, Tensor], Tensor]


def _scale(raw: Tensor) -> Tensor:
    """Return the log-scale, bounded by 2."""
    return 2 * torch.tanh(raw)


def to_data(z: Tensor, mask: Tensor, net: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """Return x and log |det dx/dz| of the assignment's coupling: x = shift + z exp(2 tanh(raw)) where mask is 0."""
    shift, raw = net(z * mask).chunk(2, -1)
    log_scale = (1 - mask) * _scale(raw)
    return mask * z + (1 - mask) * (shift + z * log_scale.exp()), log_scale.sum(-1)


def to_noise(x: Tensor, mask: Tensor, net: Callable[[Tensor], Tensor]) -> tuple[Tensor, Tensor]:
    """Return z and log |det dz/dx|, the inverse of `to_data`."""
    shift, raw = net(x * mask).chunk(2, -1)
    log_scale = (1 - mask) * _scale(raw)
    return mask * x + (1 - mask) * (x - shift) * (-log_scale).exp(), -log_scale.sum(-1)


def noise_of(x: Tensor, masks: Tensor, net: Net) -> tuple[Tensor, Tensor]:
    """Return z and log |det dz/dx| of the whole flow: the last layer is undone first."""
    total = torch.zeros(len(x), dtype=x.dtype)
    for layer in reversed(range(len(masks))):
        x, log_det = to_noise(x, masks[layer], partial(net, layer))
        total = total + log_det
    return x, total


def log_prob(x: Tensor, masks: Tensor, net: Net) -> Tensor:
    """Return the log-density of the whole flow in nats."""
    z, log_det = noise_of(x, masks, net)
    return log_det - 0.5 * (z.square() + math.log(2 * math.pi)).sum(-1)


def sample(z: Tensor, masks: Tensor, net: Net) -> Tensor:
    """Return x for base noise z: layer 0 acts first."""
    for layer in range(len(masks)):
        z, _ = to_data(z, masks[layer], partial(net, layer))
    return z


def random_net(rng: torch.Generator, dim: int, layers: int) -> Net:
    """Return smooth random networks, one a layer, (B, D) -> (B, 2 D)."""
    inner, outer = normal(rng, layers, dim, 8) / dim**0.5, 0.7 * normal(rng, layers, 8, 2 * dim)
    start = normal(rng, layers, 8)
    return lambda layer, h: torch.tanh(h @ inner[layer] + start[layer]) @ outer[layer]


def random_mask(rng: torch.Generator, dim: int) -> Tensor:
    """Return a mask (D,) that keeps at least one variable and moves at least one."""
    mask = torch.zeros(dim, dtype=torch.float64)
    kept = 1 + int(torch.randint(dim - 1, (), generator=rng))
    mask[torch.randperm(dim, generator=rng)[:kept]] = 1
    return mask


def check_masks_of(masks: Tensor) -> None:
    """Raise CheckFailed unless masks (layers, D) are 0 or 1, move all within two layers, and join everything in three.

    Round trip and log-determinant are right for any masks, also for those that never alternate: only this sees them.
    """
    if bool(((masks != 0) & (masks != 1)).any()):
        raise CheckFailed("a mask holds something else than 0 and 1.")
    if bool((masks.sum(1) == 0).any()) or bool((masks.sum(1) == masks.shape[1]).any()):
        raise CheckFailed("a mask keeps all variables or none, expected at least one that stays and one that moves.")
    for layer, (before, after) in enumerate(pairwise(masks)):
        if bool((before * after).any()):
            where = int((before * after).argmax())
            raise CheckFailed(f"variable {where} stays both in layer {layer} and in layer {layer + 1}.")
    reach = torch.eye(masks.shape[1])
    for mask in masks:
        reach = ((reach + (1 - mask)[:, None].float() * (mask.float() @ reach)) > 0).float()
    if len(masks) >= 3 and bool((reach == 0).any()):
        raise CheckFailed("after all layers some x_i does not depend on some z_j.")


def fresh_moons(rng: torch.Generator, n: int) -> Tensor:
    """Return n new points of the two moons, float64 (n, 2)."""
    with seeded(int(torch.randint(2**31, (), generator=rng))):
        return toys.two_moons().sample(n).double()


def trained(weights: object) -> tuple[Tensor, Net]:
    """Return masks and networks from what `train` returned, or raise CheckFailed."""
    nets = network_from(weights, nn.ModuleList(MLP(2, (WIDTH, WIDTH), 4) for _ in range(LAYERS)), "")
    masks = read(weights.get("masks"), (LAYERS, 2), "the masks of the trained flow")  # a dict, as just checked
    return masks, lambda layer, h: nets[layer](h)


def check_density(masks: Tensor, net: Net, rng: torch.Generator) -> None:
    """Raise CheckFailed unless the flow maps noise there and back, and its density sums to 1 on a fine grid."""
    z = normal(rng, 1000, 2)
    x = sample(z, masks, net)
    again = log_prob(x, masks, net)
    if not bool(torch.isfinite(again).all()):
        raise CheckFailed("the trained flow cannot be inverted at its own samples.")
    line = torch.linspace(-6, 6, 401, dtype=torch.float64)
    mass = log_prob(torch.cartesian_prod(line, line), masks, net).exp().sum().item() * 0.03**2
    if not 0.98 < mass < 1.02:  # a flow that fits lies inside of the square, and is smooth at steps of 0.03
        raise CheckFailed(f"the density of the trained flow sums to {mass:.3f} on the square of width 12, expected 1.")


def cost_of(masks: Tensor, net: Net, rng: torch.Generator, n: int = 10_000) -> float:
    """Return the mean cost of n fresh points in nats."""
    return -log_prob(fresh_moons(rng, n), masks, net).mean().item()
