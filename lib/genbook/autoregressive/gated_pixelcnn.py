"""The network of Gated PixelCNN: a vertical and a horizontal stack, which together see every pixel before."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genbook.autoregressive.causal_conv import CausalConv, Runner, Whole
from genbook.autoregressive.conv_cache import Scan
from genbook.autoregressive.masked_stack import centre_mask, check_sizes, colour_of
from genbook.checks import check_count


def gate(x: Tensor) -> Tensor:
    """Return tanh(a) * sigmoid(b) for the two halves of the channels (van den Oord et al. 2016b, eq. 2)."""
    a, b = x.chunk(2, 1)
    return a.tanh() * b.sigmoid()


class GatedLayer(nn.Module):
    """One layer of both stacks (van den Oord et al. 2016b, figure 2).

    The vertical stack sees the rows above, the horizontal one the pixels to the left, and takes from the vertical one
    through a 1 x 1 convolution, never the other way round. From `inputs` features it makes `width`; only the horizontal
    stack has a residual connection.
    """

    def __init__(
        self, inputs: int, width: int, kernel: int, colours: int, classes: int, dropout: float, first: bool
    ) -> None:
        super().__init__()
        reach = kernel // 2
        before, after = colour_of(inputs, colours), colour_of(width, colours)
        twice = torch.cat([after, after])
        left = torch.ones(2 * width, inputs, 1, reach + 1, dtype=torch.bool)
        left[:, :, 0, -1] = centre_mask(before, twice, strict=first)
        own = centre_mask(after, after, strict=False)[..., None, None]
        self.first = first
        self.vertical = CausalConv(inputs, 2 * width, (reach + 1 - first, kernel), reach, up=int(first))
        if first and colours == 1:
            self.horizontal = CausalConv(inputs, 2 * width, (1, reach), reach)
        else:
            self.horizontal = CausalConv(inputs, 2 * width, (1, reach + 1), reach, mask=None if left.all() else left)
        self.link = CausalConv(2 * width, 2 * width)
        self.out = CausalConv(width, width, mask=None if own.all() else own)
        self.dropout = nn.Dropout(dropout)
        self.located: CausalConv | None = None
        self.classes = nn.Embedding(classes, 4 * width) if classes else None
        if self.classes is not None:
            nn.init.zeros_(self.classes.weight)

    def above(self, v: Tensor, run: Runner) -> Tensor:
        """Return the next vertical features, and keep what the horizontal stack takes from them."""
        v = run.conv(self.vertical, v)
        run.keep(self, run.conv(self.link, v))
        return run.drop(self.dropout, gate(self._conditioned(v, run, 0)))

    def here(self, h: Tensor, run: Runner) -> Tensor:
        """Return the next horizontal features."""
        r = run.conv(self.horizontal, h) + run.fetch(self)
        r = run.conv(self.out, run.drop(self.dropout, gate(self._conditioned(r, run, 1))))
        return r if self.first else h + r

    def _conditioned(self, x: Tensor, run: Runner, stack: int) -> Tensor:
        """Add V^T c, or V * c of feature maps, inside the gates of a stack (van den Oord et al. 2016b, eq. 4 and 5)."""
        if self.located is not None:
            return x + run.conv(self.located, run.local(run.c)).chunk(2, 1)[stack]
        if self.classes is None:
            return x
        bias = self.classes(run.c).chunk(2, 1)[stack]  # (B, 2 width)
        return x + bias.reshape(*bias.shape, *[1] * (x.dim() - 2))


class GatedStacks(nn.Module):
    """Gated PixelCNN without a blind spot (van den Oord et al. 2016b): (B, inputs, H, W) -> (B, params, H, W).

    A gated layer of `width` features for each of the odd `kernels`, then two 1 x 1 convolutions. The vertical stack
    is made of shifted convolutions, so no masked weight is multiplied. With `classes`, a class enters every gate
    (`LocatedStacks` takes feature maps in its place).

    Raises:
        TypeError, ValueError: a size is no whole number of at least 1, a kernel is even, a width is no multiple of
            `colours`, or dropout is not in [0, 1).
    """

    def __init__(
        self,
        inputs: int,
        params: int,
        width: int = 32,
        kernels: Sequence[int] = (7, 5, 5, 5, 5),
        colours: int = 1,
        classes: int = 0,
        dropout: float = 0.0,
    ) -> None:
        """Draw the weights."""
        super().__init__()
        check_sizes(kernels, inputs=inputs, params=params, width=width, colours=colours)
        if not 0.0 <= dropout < 1.0 or classes < 0:
            raise ValueError(f"dropout is {dropout} and classes {classes}, expected 0 <= dropout < 1 and classes >= 0.")
        self.inputs, self.params, self.colours, self.classes, self.maps = inputs, params, colours, classes, 0
        self.layers = nn.ModuleList(
            GatedLayer(width if k else inputs, width, kernel, colours, classes, dropout, first=k == 0)
            for k, kernel in enumerate(kernels)
        )
        colour, out = colour_of(width, colours), colour_of(params, colours)
        masks = [centre_mask(colour, after, strict=False)[..., None, None] for after in (colour, out)]
        masks = [None if mask.all() else mask for mask in masks]
        self.last = nn.ModuleList([CausalConv(width, width, mask=masks[0]), CausalConv(width, params, mask=masks[1])])

    def forward(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Map (B, inputs, H, W), and classes (B,), to (B, params, H, W)."""
        run = Whole(c)
        self.above(x, run)
        return self.here(x, run)

    def scan(self, n: int, height: int, width: int, c: Tensor | None = None) -> Scan:
        """Return a pass over n images of which nothing is known yet."""
        return Scan(self, self.last[0].weight.new_zeros(n, self.inputs, height, width), c)

    def above(self, x: Tensor, run: Runner) -> None:
        """Run the vertical stack and keep its features."""
        for layer in self.layers:
            x = layer.above(x, run)

    def here(self, x: Tensor, run: Runner) -> Tensor:
        """Run the horizontal stack and return the parameters."""
        for layer in self.layers:
            x = layer.here(x, run)
        for layer in self.last:
            x = run.conv(layer, x.relu())
        return x


class LocatedStacks(GatedStacks):
    """Gated PixelCNN that hears feature maps c (B, maps, H, W) (van den Oord et al. 2016b, section 2.3, eq. 5).

    At every pixel c enters the gates of all layers by 1 x 1 convolutions without a mask, so what c says may depend on
    the place: a network that makes c of a latent vector turns the PixelCNN into a decoder. As with classes, c begins
    without effect.

    Raises:
        TypeError, ValueError: as `GatedStacks`; or `maps` is no whole number of at least 1.
    """

    def __init__(
        self,
        inputs: int,
        params: int,
        maps: int,
        width: int = 32,
        kernels: Sequence[int] = (7, 5, 5, 5, 5),
        colours: int = 1,
        dropout: float = 0.0,
    ) -> None:
        """Draw the weights."""
        super().__init__(inputs, params, width, kernels, colours, dropout=dropout)
        check_count(maps, "maps")
        self.maps = maps
        for layer in self.layers:
            layer.located = CausalConv(maps, 4 * width)
            for parameter in layer.located.parameters():
                nn.init.zeros_(parameter)
