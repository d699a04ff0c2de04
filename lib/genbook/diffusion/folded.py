"""Blocks of pixels as channels, so that a network works at a lower resolution."""

import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_count


class Folded(nn.Module):
    """A network (x_t, t, ...) on images whose blocks of side x side pixels are folded into channels, and back.

    The network sees (B, side^2 C, H / side, W / side) for images (B, C, H, W): the same numbers, a `side`^2-th of the
    places (Shi et al. 2016). Nothing is lost, unlike in an average, and a convolution costs a `side`^2-th a channel.

    >>> import torch
    >>> Folded(lambda x, t: x, 2)(torch.arange(16.0).view(1, 1, 4, 4), torch.zeros(1)).flatten()[:4]
    tensor([0., 1., 2., 3.])
    """

    def __init__(self, network: nn.Module, side: int = 2) -> None:
        """Keep the network and the side of a block."""
        super().__init__()
        check_count(side, "side")
        self.network, self.side = network, side

    def forward(self, x: Tensor, t: Tensor, *conditions: Tensor) -> Tensor:
        """Fold, apply, unfold."""
        if x.dim() != 4 or any(length % self.side for length in x.shape[2:]):
            raise ValueError(f"x has shape {tuple(x.shape)}, expected images whose sides are divisible by {self.side}.")
        return F.pixel_shuffle(self.network(F.pixel_unshuffle(x, self.side), t, *conditions), self.side)
