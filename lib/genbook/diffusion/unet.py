"""The U-Net of DDPM: residual blocks at falling, then rising resolution, with shortcuts between equals."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.checks import check_batch, check_count

GROUPS = 8  # of channels that are normalised together


def sinusoids(t: Tensor, size: int, slowest: float = 10_000.0) -> Tensor:
    """Return cos and sin of t at frequencies from 1 down to 1 / slowest, (B,) -> (B, size) (Vaswani et al. 2017)."""
    half = size // 2
    frequencies = torch.exp(torch.arange(half).to(t) * (-math.log(slowest) / half))
    angles = t[:, None] * frequencies  # (B, size / 2)
    return torch.cat([angles.cos(), angles.sin()], 1)


class ResidualBlock(nn.Module):
    """h + conv(norm(conv(norm(h)) + time)): (B, C, H, W) and an embedding (B, E) to (B, outputs, H, W)."""

    def __init__(self, inputs: int, outputs: int, embedding: int, dropout: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.GroupNorm(GROUPS, inputs), nn.GroupNorm(GROUPS, outputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.time = nn.Linear(embedding, outputs)
        self.dropout = nn.Dropout(dropout)
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, h: Tensor, embedding: Tensor) -> Tensor:
        """Add to h what two convolutions find."""
        new = self.conv1(F.silu(self.norm1(h))) + self.time(embedding)[:, :, None, None]
        return self.shortcut(h) + self.conv2(self.dropout(F.silu(self.norm2(new))))


class Attention(nn.Module):
    """Every pixel looks at every pixel, with one head: (B, C, H, W) to the same shape; it starts as the identity."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(GROUPS, width)
        self.to_qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, h: Tensor) -> Tensor:
        """Add to h what attention gathers."""
        rows = self.norm(h).flatten(2).transpose(1, 2)  # (B, H W, C)
        q, k, v = self.to_qkv(rows)[:, None].chunk(3, -1)  # one head: (B, 1, H W, C)
        seen = self.out(F.scaled_dot_product_attention(q, k, v)[:, 0])  # (B, H W, C)
        return h + seen.transpose(1, 2).unflatten(2, h.shape[2:])


class Stage(nn.Module):
    """A residual block and, where asked for, attention after it."""

    def __init__(self, block: ResidualBlock, attention: nn.Module) -> None:
        super().__init__()
        self.block, self.attention = block, attention

    def forward(self, h: Tensor, embedding: Tensor) -> Tensor:
        """Return what both make of h."""
        return self.attention(self.block(h, embedding))


class UNet(nn.Module):
    """(x_t, t) -> output: (B, inputs, H, W) and times (B,) to (B, outputs, H, W) (Ronneberger 2015; Ho et al. 2020).

    Resolution i has widths[i] channels and `blocks` residual blocks on the way down, one more on the way up; all but
    the last are halved. The blocks of the resolutions in `attention` attend. Times lie in [0, 1]. `condition` maps c
    (B, ...) to (B, 4 widths[0]), which is added to the embedding of the time. The output starts at zero.

    Raises:
        ValueError: sizes do not fit, or the sides of x are not divisible by 2 for every halving.

    >>> network = UNet(1, 1, widths=(8, 16), attention=(1,))
    >>> network(torch.zeros(2, 1, 8, 8), torch.ones(2)).shape
    torch.Size([2, 1, 8, 8])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        widths: Sequence[int] = (64, 128, 128),
        attention: Sequence[int] = (1,),
        blocks: int = 2,
        dropout: float = 0.0,
        condition: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Draw the weights."""
        super().__init__()
        for name, size in {"inputs": inputs, "outputs": outputs, "blocks": blocks}.items():
            check_count(size, name)
        if not widths or any(width < 1 or width % GROUPS for width in widths):
            raise ValueError(f"widths are {tuple(widths)}, expected multiples of {GROUPS}, one a resolution.")
        if any(i not in range(len(widths)) for i in attention):
            raise ValueError(f"attention is {tuple(attention)}, expected places of widths, 0 to {len(widths) - 1}.")
        self.inputs, self.condition, self.halvings = inputs, condition, len(widths) - 1
        embedding = 4 * widths[0]
        self.embed = nn.Sequential(nn.Linear(widths[0], embedding), nn.SiLU(), nn.Linear(embedding, embedding))

        def stage(before: int, after: int, attend: bool) -> Stage:
            block = ResidualBlock(before, after, embedding, dropout)
            return Stage(block, Attention(after) if attend else nn.Identity())

        now = widths[0]
        self.first = nn.Conv2d(inputs, now, 3, padding=1)
        self.down, self.up, kept = nn.ModuleList(), nn.ModuleList(), [now]
        for i, width in enumerate(widths):
            for _ in range(blocks):
                self.down.append(stage(now, width, i in attention))
                kept.append(now := width)
            if i < self.halvings:
                self.down.append(nn.Conv2d(now, now, 3, stride=2, padding=1))
                kept.append(now)
        self.middle = nn.ModuleList([stage(now, now, True), stage(now, now, False)])
        for i, width in reversed(list(enumerate(widths))):
            for _ in range(blocks + 1):
                self.up.append(stage(now + kept.pop(), width, i in attention))
                now = width
            if i:
                self.up.append(nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(now, now, 3, padding=1)))
        self.last = nn.Sequential(nn.GroupNorm(GROUPS, now), nn.SiLU(), nn.Conv2d(now, outputs, 3, padding=1))
        nn.init.zeros_(self.last[-1].weight)
        nn.init.zeros_(self.last[-1].bias)

    def forward(self, x: Tensor, t: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the output at times t (B,), given the condition c if the network was built with one."""
        check_batch(x, (self.inputs, *x.shape[2:]))
        if x.dim() != 4 or any(side % 2**self.halvings for side in x.shape[2:]):
            raise ValueError(
                f"x has shape {tuple(x.shape)}, expected images whose sides are divisible by {2**self.halvings}."
            )
        embedding = self.embed(sinusoids(1000 * t.to(x), self.embed[0].in_features))  # (B, E)
        if c is not None:
            embedding = embedding + self.condition(c)
        embedding = F.silu(embedding)
        h = self.first(x)
        kept = [h]
        for layer in self.down:
            h = layer(h, embedding) if isinstance(layer, Stage) else layer(h)
            kept.append(h)
        for layer in self.middle:
            h = layer(h, embedding)
        for layer in self.up:
            h = layer(torch.cat([h, kept.pop()], 1), embedding) if isinstance(layer, Stage) else layer(h)
        return self.last(h)
