"""Convolutional halves of an autoencoder for square images, sizes by arguments."""

import math

import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_count


class ResidualBlock(nn.Module):
    """x + conv(act(conv(act(x)))): (B, C, H, W) to the same shape; it starts as the identity."""

    def __init__(self, width: int, dropout: float = 0.0) -> None:
        """Draw two 3x3 convolutions, the second of them zero."""
        super().__init__()
        self.first, self.second = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.dropout = nn.Dropout(dropout)
        nn.init.zeros_(self.second.weight)
        nn.init.zeros_(self.second.bias)

    def forward(self, h: Tensor) -> Tensor:
        """Add what two convolutions find."""
        return h + self.second(self.dropout(F.silu(self.first(F.silu(h)))))


class ImageEncoder(nn.Sequential):
    """Images (B, C, side, side) to rows (B, outputs): residual blocks, each followed by a halving of the side."""

    def __init__(
        self, channels: int, side: int, outputs: int, width: int = 32, halvings: int = 2, dropout: float = 0.0
    ) -> None:
        """Draw the weights; the side has to be divisible by 2 to the power of `halvings`."""
        small = _smallest(side, halvings)
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1)]
        for _ in range(halvings):
            layers += [ResidualBlock(width, dropout), nn.Conv2d(width, width, 4, stride=2, padding=1)]
        layers += [ResidualBlock(width, dropout), nn.SiLU(), nn.Flatten(), nn.Linear(width * small**2, outputs)]
        super().__init__(*layers)


class ImageDecoder(nn.Module):
    """Rows (N, latents) to parameters (N, C, side, side, size): the mirror of `ImageEncoder`."""

    def __init__(
        self,
        latents: int,
        shape: tuple[int, int, int],
        size: int,
        width: int = 32,
        halvings: int = 2,
        dropout: float = 0.0,
    ) -> None:
        """Draw the weights for images of `shape` (C, side, side) with `size` parameters a value."""
        super().__init__()
        check_count(size, "size")
        self.shape, self.size = shape, size
        small = _smallest(shape[1], halvings)
        layers: list[nn.Module] = [
            nn.Linear(latents, width * small**2),
            nn.Unflatten(1, (width, small, small)),
            ResidualBlock(width, dropout),
        ]
        for _ in range(halvings):
            layers += [nn.ConvTranspose2d(width, width, 4, stride=2, padding=1), ResidualBlock(width, dropout)]
        self.network = nn.Sequential(*layers, nn.SiLU(), nn.Conv2d(width, shape[0] * size, 3, padding=1))

    def forward(self, z: Tensor) -> Tensor:
        """Return the parameters of every value, shape (N, C, side, side, size)."""
        params = self.network(z)  # (N, C * size, side, side)
        return params.unflatten(1, (self.shape[0], self.size)).movedim(2, -1)


def _smallest(side: int, halvings: int) -> int:
    """Return side / 2^halvings, or say why there is no such whole number."""
    check_count(side, "side")
    if halvings < 0 or side % 2**halvings:
        raise ValueError(
            f"side is {side} and halvings {halvings}, expected a side divisible by 2 to the power of halvings: "
            f"this one can be halved {int(math.log2(side & -side))} times."
        )
    return side // 2**halvings
