"""Causal convolutions one row or one pixel at a time: what was computed before is remembered, not recomputed."""

from typing import Any, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.autoregressive.causal_conv import CausalConv, Pass, Runner


class Rows:
    """Runs a network on row `i`, given the rows before it: a row goes in as (n, C, 1, W) and comes out so.

    Every convolution remembers its input, an image (n, C, H, W). An image that comes in is taken as known already.
    """

    def __init__(self, height: int, c: Tensor | None = None) -> None:
        self.i, self.height, self.c = 0, height, c
        self.memory: dict[Any, Tensor] = {}
        self.kept: dict[Any, Tensor] = {}

    def conv(self, layer: CausalConv, x: Tensor) -> Tensor:
        """Convolve the row with the remembered rows above it."""
        return layer(x) if layer.pointwise else self._strip(layer, self._remembered(layer, x))

    def drop(self, layer: nn.Dropout, x: Tensor) -> Tensor:
        """Leave the row as it is: a draw comes from the model without noise."""
        return x

    def keep(self, key: Any, x: Tensor) -> None:
        """Keep a row of features for the pixels of this row."""
        self.kept[key] = x

    def local(self, image: Tensor) -> Tensor:
        """Return this row of an image, shape (n, F, 1, W)."""
        return image[:, :, self.i, None]

    def halved(self, down: CausalConv, inside: Pass, up: CausalConv, x: Tensor) -> Tensor:
        """On even rows compute the two rows that the lower resolution gives; on odd rows return the second."""
        image = self._remembered(down, x)
        i, height = self.i, self.height
        if i % 2 == 0:
            z = self._strip(down, image)
            self.i, self.height = i // 2, height // 2
            self.memory[up] = F.pixel_shuffle(up(inside(z)), 2)  # (n, C, 2, W)
            self.i, self.height = i, height
        return self.memory[up][:, :, i % 2, None]

    def _remembered(self, layer: CausalConv, x: Tensor) -> Tensor:
        if x.shape[2] > 1:
            return x
        if layer not in self.memory:
            n, channels, _, width = x.shape
            self.memory[layer] = x.new_zeros(n, channels, self.height, width)
        self.memory[layer][:, :, self.i] = x[:, :, 0]
        return self.memory[layer]

    def _strip(self, layer: CausalConv, image: Tensor) -> Tensor:
        (h, w), left = layer.kernel, layer.left
        end = self.i - layer.up + 1
        rows = image[:, :, max(end - h, 0) : max(end, 0)]
        rows = F.pad(rows, (left, w - 1 - left, h - rows.shape[2], 0))
        return F.conv2d(rows, layer.kernels, layer.bias, (1, layer.stride))


class Pixels:
    """Runs a network at pixel (i, j), given the pixels before it: a pixel goes in as (n, C) and comes out so.

    Every convolution remembers its input, channels last: (n, H, W, C). `rows` is the runner of the rows above.
    """

    def __init__(self, rows: Rows, width: int) -> None:
        self.rows, self.c = rows, rows.c
        self.i, self.j, self.height, self.width = 0, 0, rows.height, width
        self.memory: dict[Any, Tensor] = {}
        self._weights: dict[CausalConv, Tensor] = {}

    def conv(self, layer: CausalConv, x: Tensor) -> Tensor:
        """Convolve the pixel with the remembered pixels around it."""
        if layer.pointwise and x.dim() == 2:
            return F.linear(x, self._weight(layer), layer.bias)
        return self._at(layer, self._remembered(layer, x))

    def drop(self, layer: nn.Dropout, x: Tensor) -> Tensor:
        """Leave the pixel as it is: a draw comes from the model without noise."""
        return x

    def fetch(self, key: Any) -> Tensor:
        """Return this pixel of a kept row, shape (n, C)."""
        return self.rows.kept[key][:, :, 0, self.j]

    def local(self, image: Tensor) -> Tensor:
        """Return this pixel of an image, shape (n, F)."""
        return image[:, :, self.i, self.j]

    def halved(self, down: CausalConv, inside: Pass, up: CausalConv, x: Tensor) -> Tensor:
        """At even places compute the 2 x 2 pixels that the lower resolution gives; elsewhere return what they gave."""
        image = self._remembered(down, x)
        i, j, height, width = self.i, self.j, self.height, self.width
        if i % 2 == 0 and j % 2 == 0:
            z = self._at(down, image)
            self.i, self.j, self.height, self.width = i // 2, j // 2, height // 2, width // 2
            square = self.conv(up, inside(z))
            self.i, self.j, self.height, self.width = i, j, height, width
            square = F.pixel_shuffle(square[..., None, None], 2).permute(0, 2, 3, 1)  # (n, 2, 2, C)
            if up not in self.memory:
                self.memory[up] = square.new_zeros(len(square), height, width, square.shape[3])
            self.memory[up][:, i : i + 2, j : j + 2] = square
        return self.memory[up][:, i, j]

    def _remembered(self, layer: CausalConv, x: Tensor) -> Tensor:
        if x.dim() == 4:
            return x.permute(0, 2, 3, 1)
        if layer not in self.memory:
            self.memory[layer] = x.new_zeros(len(x), self.height, self.width, x.shape[1])
        self.memory[layer][:, self.i, self.j] = x
        return self.memory[layer]

    def _weight(self, layer: CausalConv) -> Tensor:
        if layer not in self._weights:
            self._weights[layer] = layer.kernels.permute(0, 2, 3, 1).flatten(1).contiguous()
        return self._weights[layer]  # (outputs, h * w * inputs)

    def _at(self, layer: CausalConv, image: Tensor) -> Tensor:
        h, w = layer.kernel
        bottom, start = self.i - layer.up + 1, self.j - layer.left
        window = image[:, max(bottom - h, 0) : max(bottom, 0), max(start, 0) : max(start + w, 0)]
        if window.shape[1:3] != (h, w):
            left = min(max(-start, 0), w)
            window = F.pad(window, (0, 0, left, w - left - window.shape[2], h - window.shape[1], 0))
        return F.linear(window.flatten(1), self._weight(layer), layer.bias)


class TwoPass(Protocol):
    """A network of causal convolutions: first what the rows above say, for a whole row, then what the row says."""

    def above(self, x: Tensor, run: Runner) -> None:
        """Compute and keep the features of the rows above."""
        ...

    def here(self, x: Tensor, run: Runner) -> Tensor:
        """Return the parameters of the pixel, from itself and from what was kept."""
        ...


class Scan:
    """A pass of `network` in raster order over images that become known pixel by pixel.

    `x` (n, inputs, H, W) holds what the network sees of the pixels known so far; the caller fills it in.
    """

    def __init__(self, network: TwoPass, x: Tensor, c: Tensor | None) -> None:
        self.network, self.x, self._row = network, x, -1
        self.rows = Rows(x.shape[2], c)
        self.pixels = Pixels(self.rows, x.shape[3])

    @torch.no_grad()
    def at(self, i: int, j: int) -> Tensor:
        """Return the network's output at pixel (i, j), shape (n, params); pixels are asked for in raster order."""
        if i != self._row:
            self._row = self.rows.i = i
            self.network.above(self.x, self.rows)
        self.pixels.i, self.pixels.j = i, j
        return self.network.here(self.x, self.pixels)

    def numel(self) -> int:
        """Return how many numbers the scan remembers."""
        kept = (self.rows.memory, self.rows.kept, self.pixels.memory)
        return self.x.numel() + sum(tensor.numel() for part in kept for tensor in part.values())
