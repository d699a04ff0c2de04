"""Convolutions that look only backwards in raster order, on whole images, or row by row and pixel by pixel."""

import math
from collections.abc import Callable
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Pass = Callable[[Tensor], Tensor]


class CausalConv(nn.Module):
    """A convolution whose window ends at its own place, or before it: nothing is computed that a mask would discard.

    With a kernel of (h, w), place (i, j) sees rows i - up - h + 1, ..., i - up and columns j - left, ..., j - left +
    w - 1 of its input, zeros outside of the image. `up=1` looks strictly above, `left=w` strictly to the left (the
    shifted convolutions of Salimans et al. 2017, section 2.3). `mask`, broadcast against (outputs, inputs, h, w), holds
    weights at zero. With `stride=2`, place (i, j) of the output lies over place (2i, 2j) of the input.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: tuple[int, int] = (1, 1),
        left: int = 0,
        up: int = 0,
        mask: Tensor | None = None,
        stride: int = 1,
    ) -> None:
        """Draw weights as `nn.Conv2d` does, with the fan of the weights that the mask leaves."""
        super().__init__()
        self.kernel, self.left, self.up, self.stride = kernel, left, up, stride
        shape = (outputs, inputs, *kernel)
        fan = math.prod(shape[1:]) if mask is None else mask.expand(shape).sum((1, 2, 3)).float().mean().item()
        bound = 1 / math.sqrt(max(fan, 1.0))
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(outputs).uniform_(-bound, bound))
        self.register_buffer("mask", mask)

    @property
    def kernels(self) -> Tensor:
        """The weights that act, shape (outputs, inputs, h, w)."""
        return self.weight if self.mask is None else self.weight * self.mask

    @property
    def pointwise(self) -> bool:
        """Whether a place sees only itself."""
        return self.kernel == (1, 1) and self.left == self.up == 0

    def forward(self, x: Tensor) -> Tensor:
        """Map whole images (B, inputs, H, W) to (B, outputs, H / stride, W / stride)."""
        (h, w), left, up = self.kernel, self.left, self.up
        if not self.pointwise:
            x = F.pad(x, (left, w - 1 - left, h - 1 + up, -up))
        return F.conv2d(x, self.kernels, self.bias, self.stride)


class Runner(Protocol):
    """How a network of causal convolutions is evaluated: on whole images, or at a place with the past remembered.

    A network is written once, in terms of a runner; what it does between convolutions acts on channels (dimension 1)
    and so is the same for images (n, C, H, W), rows (n, C, 1, W) and pixels (n, C).
    """

    c: Tensor | None

    def conv(self, layer: CausalConv, x: Tensor) -> Tensor:
        """Return what `layer` makes of x."""
        ...

    def drop(self, layer: nn.Dropout, x: Tensor) -> Tensor:
        """Return x after dropout, in whole passes only."""
        ...

    def keep(self, key: Any, x: Tensor) -> None:
        """Hand a feature of the pass over the rows above to the pass along the row."""
        ...

    def fetch(self, key: Any) -> Tensor:
        """Return what was kept under `key`, here."""
        ...

    def local(self, image: Tensor) -> Tensor:
        """Return of an image (n, F, H, W) that is known throughout the part that lies here."""
        ...

    def halved(self, down: CausalConv, inside: Pass, up: CausalConv, x: Tensor) -> Tensor:
        """Return up(inside(down(x))), where `down` halves the image and `up` gives each place back as 2 x 2."""
        ...


class Whole:
    """Runs a network on whole images, for training and likelihood."""

    def __init__(self, c: Tensor | None = None) -> None:
        self.c, self._kept = c, {}

    def conv(self, layer: CausalConv, x: Tensor) -> Tensor:
        """Convolve the image."""
        return layer(x)

    def drop(self, layer: nn.Dropout, x: Tensor) -> Tensor:
        """Apply dropout as the mode of the layer says."""
        return layer(x)

    def keep(self, key: Any, x: Tensor) -> None:
        """Keep an image of features."""
        self._kept[key] = x

    def fetch(self, key: Any) -> Tensor:
        """Return the image of features."""
        return self._kept[key]

    def local(self, image: Tensor) -> Tensor:
        """Return the whole image."""
        return image

    def halved(self, down: CausalConv, inside: Pass, up: CausalConv, x: Tensor) -> Tensor:
        """Go down, inside and up again."""
        return F.pixel_shuffle(up(inside(down(x))), 2)
