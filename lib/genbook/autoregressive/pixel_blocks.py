"""Black-and-white images as smaller images of many levels: a square of pixels is one variable, drawn at once."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from genbook.checks import check_batch, check_count, check_levels

LARGEST = 4  # 2^16 levels


def to_blocks(x: Tensor, side: int = 2) -> Tensor:
    """Return bits (B, 1, H, W) as levels (B, 1, H / side, W / side): the number that a square of pixels spells.

    The map has an inverse, so the probability of an image is that of its blocks, and a likelihood of blocks compares
    with one of pixels, nat by nat. The top left pixel is the most significant bit.

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype or is not binary, or H or W is no multiple of `side`.

    >>> to_blocks(torch.tensor([[[[1.0, 0.0], [0.0, 1.0]]]])).item()
    9.0
    """
    height, width = x.shape[2:] if isinstance(x, Tensor) and x.dim() == 4 else (side, side)
    check_batch(x, (1, height, width))
    check_levels(x, 2)
    check_count(side, "side", most=LARGEST)
    if height % side or width % side:
        raise ValueError(f"images are {height} x {width}, expected multiples of side = {side}: pad them or choose it.")
    bits = F.pixel_unshuffle(x, side)  # (B, side^2, H / side, W / side)
    return (bits * _worth(side, x)[:, None, None]).sum(1, keepdim=True)


def from_blocks(levels: Tensor, side: int = 2) -> Tensor:
    """Return the bits (B, 1, side H, side W) that levels (B, 1, H, W) spell: the inverse of `to_blocks`.

    Raises:
        TypeError, ValueError: levels have a wrong shape or dtype, or are not whole numbers below 2^(side^2).

    >>> from_blocks(torch.tensor([[[[9.0]]]])).flatten()
    tensor([1., 0., 0., 1.])
    """
    check_count(side, "side", most=LARGEST)
    shape = levels.shape[2:] if isinstance(levels, Tensor) and levels.dim() == 4 else (1, 1)
    check_batch(levels, (1, *shape))
    check_levels(levels, 2 ** (side * side))
    return F.pixel_shuffle((levels // _worth(side, levels)[:, None, None]) % 2, side)


@dataclass(frozen=True)
class Bits:
    """The code of a level for a network: its `size` bits as signs, the most significant first.

    >>> Bits(2)(torch.tensor([1.0, 2.0]))
    tensor([[-1.,  1.],
            [ 1., -1.]])
    """

    size: int

    def __post_init__(self) -> None:
        """Refuse what is not a number of bits."""
        check_count(self.size, "size", most=LARGEST**2)

    def __call__(self, x: Tensor) -> Tensor:
        """Map levels (...,) to features (..., size)."""
        worth = 2.0 ** torch.arange(self.size - 1, -1, -1, dtype=x.dtype, device=x.device)
        return 2 * ((x.unsqueeze(-1) // worth) % 2) - 1


def _worth(side: int, like: Tensor) -> Tensor:
    """Return what the bits of a block are worth, (side^2,), in raster order."""
    return 2.0 ** torch.arange(side * side - 1, -1, -1, dtype=like.dtype, device=like.device)
