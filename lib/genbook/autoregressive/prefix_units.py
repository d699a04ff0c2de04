"""The hidden units of NADE for all positions at once: h_d = f(rho_d (c + sum over t < d of x_t W_t)).

A loop over positions costs a handful of small operations for each of them. Here a chunk of C positions is one product
with a strictly triangular matrix, and the backward pass computes the units of a chunk again instead of keeping all
B * D * H of them: what is kept is one (B, H) activation a chunk.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

CHUNK = 8  # positions: B * CHUNK * H numbers should fit a cache, and half of the triangular product is wasted


class Unit(NamedTuple):
    """An activation function and its chain rule: `back(gradient, value)` is gradient * f'(value's input)."""

    value: Callable[[Tensor], Tensor]
    back: Callable[[Tensor, Tensor], Tensor]


SIGMOID = Unit(torch.sigmoid, torch.ops.aten.sigmoid_backward)
RELU = Unit(torch.relu, lambda gradient, value: gradient * (value > 0))


class _PrefixOutputs(torch.autograd.Function):
    """The sums below as one node of the graph, with positions first: the result has shape (D, B, P)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, w: Tensor, c: Tensor, v: Tensor, rho: Tensor | None, unit: Unit) -> Tensor:
        ctx.unit = unit
        out = x.new_empty(len(w), len(x), v.shape[1])  # (D, B, P)
        a, starts = c.expand(len(x), -1), []
        for at in _slices(len(w)):
            starts.append(a)
            h = unit.value(_scaled(_activation(_earlier(x, at), w[at], a), rho, at))  # (C, B, H)
            out[at] = _project(h, v[at])
            a = torch.addmm(a, x[:, at], w[at])
        ctx.save_for_backward(x, w, v, rho, *starts)
        return out

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor | None, ...]:
        x, w, v, rho, *starts = ctx.saved_tensors
        g_w, g_v, g_a = torch.empty_like(w), torch.empty_like(v), torch.zeros_like(starts[0])
        g_x = torch.empty_like(x) if ctx.needs_input_grad[0] else None
        g_rho = torch.empty_like(rho) if ctx.needs_input_grad[4] else None
        for at, a in zip(reversed(list(_slices(len(w)))), reversed(starts), strict=True):
            earlier = _earlier(x, at)
            pre = _activation(earlier, w[at], a)
            h = ctx.unit.value(_scaled(pre, rho, at))
            g_v[at] = g[at].transpose(1, 2) @ h  # (C, P, H)
            g_pre = ctx.unit.back(_spread(g[at], v[at]), h)  # (C, B, H)
            if g_rho is not None:
                g_rho[at] = (g_pre * pre).sum((1, 2))
            g_pre = _scaled(g_pre, rho, at)
            flat = g_pre.flatten(0, 1)  # (C * B, H)
            g_w[at] = torch.addmm(earlier.flatten(0, 1).T @ flat, x[:, at].T, g_a)
            if g_x is not None:
                within = (g_pre @ w[at].T) * _strict(x, at)  # (C, B, C)
                g_x[:, at] = within.sum(0) + g_a @ w[at].T
            g_a = g_a + g_pre.sum(0)
        return g_x, g_w, g_a.sum(0), g_v, g_rho, None


def prefix_outputs(x: Tensor, w: Tensor, c: Tensor, v: Tensor, rho: Tensor | None, unit: Unit) -> Tensor:
    """Return v_d h_d for every position d, where h_d = f(rho_d (c + sum over t < d of x_t w_t)).

    x (B, D), w (D, H), c (H,), v (D, P, H), and rho (D,) or None for all ones; the result has shape (B, D, P).
    """
    return _PrefixOutputs.apply(x, w, c, v, rho, unit).transpose(0, 1)


def _slices(dim: int) -> Iterator[slice]:
    return (slice(i, min(i + CHUNK, dim)) for i in range(0, dim, CHUNK))


def _strict(x: Tensor, at: slice) -> Tensor:
    """Return (C, 1, C) with a one at (d, 0, t) where t < d."""
    size = at.stop - at.start
    return x.new_ones(size, size).tril(-1)[:, None, :]


def _earlier(x: Tensor, at: slice) -> Tensor:
    """Return (C, B, C): row (d, b) holds x_bt for those t of the chunk that come before d, else 0."""
    return x[:, at] * _strict(x, at)


def _activation(earlier: Tensor, w: Tensor, a: Tensor) -> Tensor:
    """Return c + sum over t < d of x_t w_t for the positions of a chunk, (C, B, H), from its value `a` before them."""
    return (earlier.flatten(0, 1) @ w).unflatten(0, (-1, len(a))).add_(a)


def _scaled(pre: Tensor, rho: Tensor | None, at: slice) -> Tensor:
    return pre * rho[at, None, None] if rho is not None else pre


def _project(h: Tensor, v: Tensor) -> Tensor:
    """Return (C, B, P) from units (C, B, H) and weights (C, P, H); a sum beats a product with one column."""
    return (h * v).sum(-1, keepdim=True) if v.shape[1] == 1 else h @ v.transpose(1, 2)


def _spread(g: Tensor, v: Tensor) -> Tensor:
    return g * v if v.shape[1] == 1 else g @ v
