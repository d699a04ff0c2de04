"""Convolutional halves of a VQ-VAE: between images or waves and a smaller grid of vectors."""

import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_count

CONV = {1: nn.Conv1d, 2: nn.Conv2d}
TRANSPOSED = {1: nn.ConvTranspose1d, 2: nn.ConvTranspose2d}
DILATIONS = {1: (1, 2, 4, 8), 2: (1, 1)}  # of the residual blocks: the codes of a wave need a longer context


class Residual(nn.Module):
    """h + conv(act(conv(act(h)))) over `dims` dimensions, at first the identity; the first kernel may be dilated."""

    def __init__(self, dims: int, width: int, dilation: int = 1, dropout: float = 0.0) -> None:
        """Draw a convolution of three places a side and one of a single place, which begins at zero."""
        super().__init__()
        self.first = CONV[dims](width, width, 3, padding=dilation, dilation=dilation)
        self.second = CONV[dims](width, width, 1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, h: Tensor) -> Tensor:
        """Add what the two find: (B, width, *grid) to the same shape."""
        return h + self.second(self.dropout(F.silu(self.first(F.silu(h)))))


class GridEncoder(nn.Sequential):
    """(B, channels, *space) to (B, outputs, *grid): `halvings` strided convolutions, then residual blocks.

    `dims` is 1 for waves and 2 for images; every side of the space is divided by 2 to the power of `halvings`.

    >>> import torch
    >>> GridEncoder(2, channels=1, outputs=8, width=16, halvings=2)(torch.zeros(3, 1, 28, 28)).shape
    torch.Size([3, 8, 7, 7])
    """

    def __init__(
        self, dims: int, channels: int, outputs: int, width: int = 32, halvings: int = 2, dropout: float = 0.0
    ) -> None:
        """Draw the weights."""
        _check(dims, width, halvings)
        layers: list[nn.Module] = []
        for before in [channels, *[width] * (halvings - 1)]:
            layers += [CONV[dims](before, width, 4, stride=2, padding=1), nn.SiLU()]
        layers[-1:] = _blocks(dims, width, dropout)
        super().__init__(*layers, nn.SiLU(), CONV[dims](width, outputs, 1))


class GridDecoder(nn.Module):
    """(N, inputs, *grid) to parameters (N, channels, *space, size) of every value: the mirror of `GridEncoder`.

    >>> import torch
    >>> GridDecoder(2, inputs=8, channels=1, size=15, width=16)(torch.zeros(3, 8, 7, 7)).shape
    torch.Size([3, 1, 28, 28, 15])
    """

    def __init__(
        self,
        dims: int,
        inputs: int,
        channels: int,
        size: int,
        width: int = 32,
        halvings: int = 2,
        dropout: float = 0.0,
    ) -> None:
        """Draw the weights."""
        super().__init__()
        _check(dims, width, halvings)
        check_count(channels, "channels")
        check_count(size, "size")
        self.split = (channels, size)
        layers = [CONV[dims](inputs, width, 3, padding=1), *_blocks(dims, width, dropout)]
        for _ in range(halvings):
            layers += [nn.SiLU(), TRANSPOSED[dims](width, width, 4, stride=2, padding=1)]
        self.network = nn.Sequential(*layers, nn.SiLU(), CONV[dims](width, channels * size, 3, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        """Return the parameters of every value, shape (N, channels, *space, size)."""
        return self.network(z).unflatten(1, self.split).movedim(2, -1)


def _blocks(dims: int, width: int, dropout: float) -> list[nn.Module]:
    return [Residual(dims, width, dilation, dropout) for dilation in DILATIONS[dims]]


def _check(dims: int, width: int, halvings: int) -> None:
    check_count(width, "width")
    check_count(halvings, "halvings")
    if dims not in CONV:
        raise ValueError(f"dims is {dims}, expected 1 for waves or 2 for images.")
