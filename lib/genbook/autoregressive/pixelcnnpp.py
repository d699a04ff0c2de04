"""The network of PixelCNN++: two shifted streams that go down to lower resolutions and up again, with shortcuts."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.autoregressive.causal_conv import CausalConv, Runner, Whole
from genbook.autoregressive.conv_cache import Scan
from genbook.checks import check_count

DOWN = (2, 3), 1  # kernel and left reach of the stream that sees the rows above
RIGHT = (2, 2), 1  # of the stream that sees pixels above and to the left


def concat_elu(x: Tensor) -> Tensor:
    """Return elu(x) and elu(-x) side by side, twice the channels (Salimans et al. 2017; Shang et al. 2016)."""
    return F.elu(torch.cat([x, -x], 1))


class GatedBlock(nn.Module):
    """x + a * sigmoid(b), with (a, b) from two shifted convolutions, dropout between them.

    `beside` features of another stream, or from a shortcut, enter after the first convolution through a 1 x 1.
    """

    def __init__(self, width: int, window: tuple[tuple[int, int], int], beside: int, dropout: float) -> None:
        super().__init__()
        self.first = CausalConv(2 * width, width, *window)
        self.beside = CausalConv(2 * beside, width) if beside else None
        self.dropout = nn.Dropout(dropout)
        self.second = CausalConv(2 * width, 2 * width, *window)
        with torch.no_grad():
            self.second.weight.mul_(0.1)  # a block starts near the identity

    def run(self, x: Tensor, beside: Tensor | None, run: Runner) -> Tensor:
        """Return the stream after this block."""
        h = run.conv(self.first, concat_elu(x))
        if self.beside is not None:
            h = h + run.conv(self.beside, concat_elu(beside))
        a, b = run.conv(self.second, run.drop(self.dropout, concat_elu(h))).chunk(2, 1)
        return x + a * b.sigmoid()


class Resolution(nn.Module):
    """The blocks of both streams at one resolution, before and after the visit to the next lower one."""

    def __init__(self, width: int, blocks: int, dropout: float, lowest: bool) -> None:
        super().__init__()

        def stream(window: tuple[tuple[int, int], int], beside: int) -> nn.ModuleList:
            return nn.ModuleList(GatedBlock(width, window, beside, dropout) for _ in range(blocks))

        self.above_in, self.above_out = stream(DOWN, 0), stream(DOWN, width)
        self.here_in, self.here_out = stream(RIGHT, width), stream(RIGHT, 2 * width)
        if not lowest:
            self.above_down = CausalConv(width, width, *DOWN, stride=2)
            self.here_down = CausalConv(width, width, *RIGHT, stride=2)
            self.above_up, self.here_up = CausalConv(width, 4 * width), CausalConv(width, 4 * width)


class DownUpStreams(nn.Module):
    """The streams of PixelCNN++ (Salimans et al. 2017, section 2): (B, inputs, H, W) -> (B, params, H, W).

    At each of `halvings` + 1 resolutions, `blocks` gated blocks before and after the visit to the lower ones, with a
    shortcut from each block before to its counterpart after. It sees a pixel as a whole, so channels are joined by the
    output. H and W are multiples of 2^halvings. Weight normalisation is left out.

    Raises:
        TypeError, ValueError: a size is no whole number, or H or W cannot be halved that often.
    """

    classes, maps, colours = 0, 0, 1

    def __init__(
        self, inputs: int, params: int, width: int = 32, blocks: int = 2, halvings: int = 1, dropout: float = 0.5
    ) -> None:
        """Draw the weights."""
        super().__init__()
        for name, size in {"inputs": inputs, "params": params, "width": width, "blocks": blocks}.items():
            check_count(size, name, most=2**16)
        check_count(halvings + 1, "halvings + 1", most=12)
        if not 0.0 <= dropout < 1.0:
            raise ValueError(f"dropout is {dropout}, expected 0 <= dropout < 1.")
        self.inputs, self.params = inputs, params
        self.above_first = CausalConv(inputs, width, (2, 3), 1, up=1)
        self.here_up = CausalConv(inputs, width, (1, 3), 1, up=1)
        self.here_left = CausalConv(inputs, width, (2, 1), 1)
        self.resolutions = nn.ModuleList(
            Resolution(width, blocks, dropout, lowest=k == halvings) for k in range(halvings + 1)
        )
        self.last = CausalConv(width, params)

    def forward(self, x: Tensor, c: None = None) -> Tensor:
        """Map (B, inputs, H, W) to (B, params, H, W)."""
        self._check_size(*x.shape[2:])
        run = Whole()
        self.above(x, run)
        return self.here(x, run)

    def scan(self, n: int, height: int, width: int, c: None = None) -> Scan:
        """Return a pass over n images of which nothing is known yet."""
        self._check_size(height, width)
        return Scan(self, self.last.weight.new_zeros(n, self.inputs, height, width), c)

    def above(self, x: Tensor, run: Runner) -> None:
        """Run the stream that sees the rows above, and keep its features."""
        run.keep(self, run.conv(self.here_up, x))
        self._above(run.conv(self.above_first, x), run, 0)

    def here(self, x: Tensor, run: Runner) -> Tensor:
        """Run the stream that sees the pixels above and to the left, and return the parameters."""
        h = run.fetch(self) + run.conv(self.here_left, x)
        return run.conv(self.last, F.elu(self._here(h, run, 0)))

    def _above(self, u: Tensor, run: Runner, k: int) -> Tensor:
        at, shortcuts = self.resolutions[k], []
        for block in at.above_in:
            u = block.run(u, None, run)
            run.keep(block, u)
            shortcuts.append(u)
        if k + 1 < len(self.resolutions):
            u = run.halved(at.above_down, lambda z: self._above(z, run, k + 1), at.above_up, u)
        for block in at.above_out:
            u = block.run(u, shortcuts.pop(), run)
            run.keep(block, u)
        return u

    def _here(self, h: Tensor, run: Runner, k: int) -> Tensor:
        at, shortcuts = self.resolutions[k], []
        for block, twin in zip(at.here_in, at.above_in, strict=True):
            h = block.run(h, run.fetch(twin), run)
            shortcuts.append(h)
        if k + 1 < len(self.resolutions):
            h = run.halved(at.here_down, lambda z: self._here(z, run, k + 1), at.here_up, h)
        for block, twin in zip(at.here_out, at.above_out, strict=True):
            h = block.run(h, torch.cat([run.fetch(twin), shortcuts.pop()], 1), run)
        return h

    def _check_size(self, height: int, width: int) -> None:
        factor = 2 ** (len(self.resolutions) - 1)
        if height % factor or width % factor:
            raise ValueError(f"images are {height} x {width}, expected multiples of {factor}: use fewer halvings.")
