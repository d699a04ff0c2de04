"""The decoder-only Transformer: every conditional of a sequence from one pass, or one symbol at a time with a cache."""

import math
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from genbook.autoregressive.attention import Attend, Cache, MultiHead, fused_attention
from genbook.autoregressive.inputs import Inputs, Tokens
from genbook.autoregressive.positions import Position
from genbook.autoregressive.sampling import ancestral
from genbook.checks import check_count
from genbook.nn.outputs import Output
from genbook.protocols import Measure


class Block(nn.Module):
    """h + attention(norm(h)), then h + MLP(norm(h)): norms stand before the layers (Radford et al. 2019)."""

    def __init__(self, width: int, heads: int, dropout: float, attend: Attend) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.attention = MultiHead(width, heads, attend)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        h: Tensor,
        turn: Callable[[Tensor], Tensor],
        remember: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None,
    ) -> Tensor:
        """Map (B, T, width) to (B, T, width)."""
        h = h + self.dropout(self.attention(self.norms[0](h), turn, remember))
        return h + self.dropout(self.down(F.gelu(self.up(self.norms[1](h)))))


class Decoder(nn.Module):
    """Blocks of masked attention: output t depends on inputs 0, ..., t.

    `positions` tell it where the inputs stand (see `genbook.autoregressive.positions`), `attend` computes attention.
    Weights begin normal with deviation 0.02, those into the residual stream smaller by sqrt(2 layers) (Radford 2019).

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, the width no multiple of heads, no positions
            are given, or dropout is not in [0, 1).
    """

    def __init__(
        self,
        width: int,
        heads: int,
        layers: int,
        positions: Sequence[Position],
        dropout: float = 0.0,
        attend: Attend = fused_attention,
    ) -> None:
        super().__init__()
        for name, size in {"width": width, "heads": heads, "layers": layers}.items():
            check_count(size, name)
        if not positions or not 0.0 <= dropout < 1.0:
            raise ValueError(
                f"{len(positions)} positions and dropout {dropout} came, expected at least one way to mark positions "
                "and 0 <= dropout < 1."
            )
        self.width, self.heads, self.length = width, heads, min(position.length for position in positions)
        self.positions = nn.ModuleList(positions)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(Block(width, heads, dropout, attend) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        for block in self.blocks:
            for layer in (block.attention.qkv, block.attention.join, block.up, block.down):
                residual = layer in (block.attention.join, block.down)
                nn.init.normal_(layer.weight, std=0.02 / math.sqrt(2 * layers if residual else 1))
                nn.init.zeros_(layer.bias)

    def forward(self, h: Tensor, cache: Cache | None = None) -> Tensor:
        """Map (B, T, width) to (B, T, width); with a cache the inputs continue those that it holds, and join them."""
        first = 0 if cache is None else cache.t
        for position in self.positions:
            h = position.place(h, first)
        h = self.dropout(h)

        def turn(x: Tensor) -> Tensor:
            for position in self.positions:
                x = position.turn(x, first)
            return x

        for i, block in enumerate(self.blocks):
            h = block(h, turn, None if cache is None else lambda k, v, i=i: cache.append(i, k, v))
        if cache is not None:
            cache.t += h.shape[1]
        return self.norm(h)

    def cache(self, n: int, length: int) -> Cache:
        """Return an empty cache for n sequences of at most `length` positions."""
        check_count(n)
        shape = (len(self.blocks), n, self.heads, length, self.width // self.heads)
        weight = self.norm.weight
        return Cache(weight.new_empty(shape), weight.new_empty(shape))


class GPT(nn.Module):
    """log p(x) = sum_t log p(x_t | x_<t), with a Transformer for every conditional (Radford et al. 2018).

    Position t sees the beginning and x_0, ..., x_{t-1}. `inputs` turn symbols into vectors: `Tokens` takes int64 text
    of at most `decoder.length` symbols, `Values` float rows of exactly that length. `output` turns a row of numbers
    into the distribution of one symbol. `tied` reads the logits off the table of the tokens (Press and Wolf 2017).
    Dropout acts in training mode: call `eval()` before measuring or stepping.

    Raises:
        ValueError: the widths differ, or `tied` comes without `Tokens` and one logit a symbol.

    >>> from genbook.autoregressive.positions import Learned, line
    >>> from genbook.nn.outputs import Categorical
    >>> decoder = Decoder(width=8, heads=2, layers=1, positions=[Learned(line(4), 8)])
    >>> GPT(Tokens(3, 8), decoder, Categorical(3)).log_prob(torch.tensor([[2, 0, 1]])).shape
    torch.Size([1])
    """

    def __init__(self, inputs: Inputs, decoder: Decoder, output: Output, tied: bool = False) -> None:
        super().__init__()
        if inputs.width != decoder.width:
            raise ValueError(f"inputs have width {inputs.width} and the decoder {decoder.width}, expected the same.")
        if tied and not (isinstance(inputs, Tokens) and inputs.levels == output.size):
            raise ValueError(f"tied is True, expected Tokens as inputs with as many symbols as {output} has logits.")
        self.inputs, self.decoder, self.output, self.tied = inputs, decoder, output, tied
        self.register_buffer("order", torch.arange(decoder.length), persistent=False)
        self.bias = nn.Parameter(torch.zeros(output.size))
        self.weight = None if tied else nn.Parameter(0.02 * torch.randn(output.size, decoder.width))

    @property
    def measure(self) -> Measure:
        """Of the output: counting for discrete values, Lebesgue for real ones."""
        return self.output.measure

    def conditionals(self, x: Tensor) -> Tensor:
        """Return the parameters of every p(x_t | x_<t) in one pass: (B, T) -> (B, T, output.size)."""
        self.inputs.check(x, len(self.order))
        if x.shape[1] > len(self.order):
            raise ValueError(
                f"x has {x.shape[1]} symbols a row, expected at most {len(self.order)}: cut it with `windows`."
            )
        h = torch.cat([self.inputs.start(len(x))[:, None], self.inputs(x[:, :-1])], dim=1)  # (B, T, width)
        return self._params(self.decoder(h))

    def log_prob(self, x: Tensor) -> Tensor:
        """Return the exact log-likelihood log p(x) in nats: (B, T) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a value that the output cannot take.
        """
        self.inputs.check(x, len(self.order))
        self.output.check(x)
        return self.output.log_prob(x, self.conditionals(x)).sum(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x_t | x_<t) in nats a symbol, shape ()."""
        return -self.output.log_prob(x, self.conditionals(x)).mean()

    @torch.no_grad()
    def start(self, n: int, length: int | None = None) -> tuple[Tensor, Cache]:
        """Return the parameters of the first symbol, (n, output.size), and a cache for `length` symbols (default: all).

        Raises:
            TypeError, ValueError: n or length is not a whole number of at least 1, or length above the decoder's.
        """
        length = len(self.order) if length is None else length
        check_count(length, "length", most=len(self.order))
        cache = self.decoder.cache(n, length)
        return self._params(self.decoder(self.inputs.start(n)[:, None], cache)[:, -1]), cache

    @torch.no_grad()
    def step(self, state: Cache, x_t: Tensor) -> tuple[Tensor, Cache]:
        """Feed x_t (n,), the symbol just generated; return the next parameters and the cache, updated in place.

        Raises:
            ValueError: x_t has another length than the cache, or the cache is full.
        """
        _, n, _, length, _ = state.keys.shape
        if x_t.shape != (n,) or state.t >= length:
            raise ValueError(
                f"x_t has shape {tuple(x_t.shape)} at position {state.t}, expected ({n},) at a position below {length}."
            )
        return self._params(self.decoder(self.inputs(x_t)[:, None], state)[:, -1]), state

    def sample(self, n: int) -> Tensor:
        """Draw n sequences of the full length, (n, T), in evaluation mode one cached step a symbol."""
        check_count(n)
        u = torch.rand(n, len(self.order), dtype=self.bias.dtype, device=self.bias.device)
        return ancestral(self, u).to(self.inputs.dtype)

    def _params(self, h: Tensor) -> Tensor:
        """Map features (..., width) to parameters (..., output.size)."""
        weight = self.inputs.table.weight[: self.output.size] if self.weight is None else self.weight
        return F.linear(h, weight, self.bias)
