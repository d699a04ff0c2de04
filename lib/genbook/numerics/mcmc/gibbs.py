"""Gibbs sampling: redraw one block of variables at a time from its exact conditional."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from genbook.numerics.mcmc.point import Energy, Record, check_chains, check_energies

Block = Callable[[Tensor], Tensor]  # x (B, *event) -> x with one block redrawn from p(block | everything else)


def gibbs(blocks: Sequence[Block], x: Tensor, sweeps: int, record: Record | None = None) -> Tensor:
    """Run B chains from x (B, *event): every sweep applies the blocks in turn; return where they end, (B, *event).

    A block sees what the blocks before it have drawn; blocks that all look at the old state would leave another
    distribution invariant. Every block must return a new tensor (Geman and Geman 1984). `record` is shown the state
    after every sweep.

    Raises:
        ValueError: bad input, no blocks, or a block that changes the shape.
    """
    check_chains(x, sweeps)
    if not blocks:
        raise ValueError("blocks is empty, expected at least one function that redraws a part of x.")
    with torch.no_grad():
        for _ in range(sweeps):
            for block in blocks:
                before, x = x, block(x)
                if x.shape != before.shape:
                    raise ValueError(
                        f"a block returned shape {tuple(x.shape)}, expected that of x, {tuple(before.shape)}."
                    )
            if record is not None:
                record(x)
    return x


def bit_logit(energy: Energy, x: Tensor, d: int) -> Tensor:
    """Return the log-odds that bit d is 1 given all others, E(x with 0) - E(x with 1): x (B, D) of bits -> (B,)."""
    zero, one = x.clone(), x.clone()
    zero[:, d], one[:, d] = 0.0, 1.0
    value = energy(zero)
    check_energies(value, x)
    return value - energy(one)


def bit_blocks(energy: Energy, dim: int) -> list[Block]:
    """Return one block a bit for any energy over {0, 1}^dim, two evaluations each.

    >>> x = gibbs(bit_blocks(lambda x: -9 * x.sum(1), 3), torch.zeros(2, 3), sweeps=1)
    >>> x.shape
    torch.Size([2, 3])
    """

    def redraw(x: Tensor, d: int) -> Tensor:
        bit = torch.rand_like(x[:, d]) < torch.sigmoid(bit_logit(energy, x, d))  # (B,)
        x = x.clone()
        x[:, d] = bit.to(x.dtype)
        return x

    return [lambda x, d=d: redraw(x, d) for d in range(dim)]
