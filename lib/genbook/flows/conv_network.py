"""A small residual network of convolutions, which tells a coupling how to move pixels."""

import torch
from torch import Tensor, nn

from genbook.checks import check_count


class ConvNetwork(nn.Module):
    """Images (B, inputs, H, W) -> (B, outputs, H, W): 3x3 in, residual blocks of 3x3 and 1x1, 3x3 out.

    The last convolution begins at zero, so that a coupling begins as the identity (Kingma and Dhariwal 2018, section
    3.3). Dropout acts on the channels inside a block, in training mode only.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or dropout is not in [0, 1).
    """

    def __init__(self, width: int, blocks: int, dropout: float, inputs: int, outputs: int) -> None:
        """Draw the weights of all but the last layer."""
        super().__init__()
        for name, size in [("width", width), ("blocks", blocks), ("inputs", inputs), ("outputs", outputs)]:
            check_count(size, name)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}, expected a share from 0 to below 1.")
        self.first = nn.Conv2d(inputs, width, 3, padding=1)
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.SiLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.SiLU(),
                nn.Dropout(dropout),
                nn.Conv2d(width, width, 1),
            )
            for _ in range(blocks)
        )
        self.last = nn.Conv2d(width, outputs, 3, padding=1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Return the parameters of every pixel, shape (B, outputs, H, W)."""
        h = self.first(x)
        for block in self.blocks:
            h = h + block(h)
        return self.last(torch.nn.functional.silu(h))
