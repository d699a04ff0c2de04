"""Masked multi-head attention: its equation, torch's fused version of it, and the cache of keys and values."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

Attend = Callable[[Tensor, Tensor, Tensor], Tensor]  # q (..., T, d), k and v (..., S, d) -> (..., T, d)


def causal_mask(queries: Tensor, keys: int) -> Tensor:
    """Return what is added to the scores of T queries against S keys: 0 for the past, -infinity for the future.

    The last query belongs to the last key, so query i sits at position S - T + i. Shape (T, S).

    >>> causal_mask(torch.zeros(2, 1), keys=3)
    tensor([[0., 0., -inf],
            [0., 0., 0.]])
    """
    count = queries.shape[-2]
    future = torch.ones(count, keys, dtype=torch.bool, device=queries.device).triu(keys - count + 1)
    return queries.new_zeros(count, keys).masked_fill(future, -torch.inf)


def attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return softmax(Q K^T / sqrt(d) + mask) V (Vaswani et al. 2017, eq. 1): a mean of values, weighted by likeness.

    q has shape (..., T, d), k and v (..., S, d) with S >= T; the result (..., T, d).

    >>> q = k = torch.zeros(2, 1)                          # all scores equal: the mean of what may be seen
    >>> attention(q, k, torch.tensor([[1.0], [3.0]])).flatten()
    tensor([1., 2.])
    """
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])  # (..., T, S)
    return (scores + causal_mask(q, k.shape[-2])).softmax(-1) @ v


def fused_attention(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Return what `attention` returns, by torch's kernel, which never stores the T x S scores (Dao et al. 2022)."""
    if q.shape[-2] == 1:
        return F.scaled_dot_product_attention(q, k, v)  # one query at the last position sees everything
    if q.shape[-2] == k.shape[-2]:
        return F.scaled_dot_product_attention(q, k, v, is_causal=True)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=causal_mask(q, k.shape[-2]))


@dataclass
class Cache:
    """Keys and values of the first `t` positions, room for `length` of them: (layers, n, heads, length, d) each."""

    keys: Tensor
    values: Tensor
    t: int = 0

    def append(self, layer: int, k: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Store keys and values (n, heads, T, d) of the next T positions of a layer; return all up to there."""
        end = self.t + k.shape[-2]
        self.keys[layer, :, :, self.t : end] = k
        self.values[layer, :, :, self.t : end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    @property
    def bytes(self) -> int:
        """How much memory it takes: 2 layers n length width numbers."""
        return 2 * self.keys.numel() * self.keys.element_size()


class MultiHead(nn.Module):
    """Attention in `heads` subspaces at once, their results joined by a linear map (Vaswani et al. 2017).

    Raises:
        ValueError: the width is not a multiple of the number of heads.
    """

    def __init__(self, width: int, heads: int, attend: Attend = fused_attention) -> None:
        super().__init__()
        if width % heads:
            raise ValueError(f"width is {width} and heads {heads}, expected a width that is a multiple of heads.")
        self.heads, self.attend = heads, attend
        self.qkv = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)

    def forward(
        self,
        h: Tensor,
        turn: Callable[[Tensor], Tensor],
        remember: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]] | None = None,
    ) -> Tensor:
        """Map (B, T, width) to (B, T, width).

        `turn` marks queries and keys (B, heads, T, d) with their positions. `remember` adds keys and values to a cache
        and returns all that it holds.
        """
        q, k, v = self.qkv(h).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # (B, heads, T, d) each
        q, k = turn(q), turn(k)
        if remember is not None:
            k, v = remember(k, v)
        return self.join(self.attend(q, k, v).transpose(1, 2).flatten(2))


def multiply_adds(call: Callable[[], object]) -> int:
    """Return how many multiply-adds the matrix products of `call()` take, counted while it runs.

    >>> multiply_adds(lambda: torch.zeros(2, 3) @ torch.zeros(3, 5))
    30
    """
    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() // 2
