"""Many independent bits, again and again: what a Gibbs step spends most of its time on."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

CHUNK = 2**17  # uniform numbers that are made at once, so that they stay in a processor's cache


class Coins:
    """Tosses for the layers of a chain, whose randomness is made for up to `steps` tosses of a layer at once.

    A coin is one where p exceeds u_ij = frac(r_i + c_j + k_ij / 256): r is one uniform number a row, c one a column, k
    one random byte a coin. The c alone make the coins of a row independent and each u uniform, so that every chain, one
    row, follows its law up to rounding. The r and k separate the rows: any two coins are independent, and four at the
    corners of a rectangle all but so (the k shrink what binds them to below 1e-11). This takes a quarter of the random
    bits of `torch.rand`. Seeds come from torch's generator; on a GPU `torch.rand` itself is used.

    >>> Coins().toss(torch.tensor([[0.0, 1.0]]))
    tensor([[0., 1.]])
    """

    def __init__(self, steps: int = 1) -> None:
        """Draw the seed of the bytes."""
        self.steps = steps
        self.bytes = np.random.SFC64(int(torch.randint(2**62, ())))
        self.supplies: dict[torch.Size, Iterator[Tensor]] = {}

    def toss(self, p: Tensor) -> Tensor:
        """Overwrite p by bits that are one with probability p, without gradient: (B, D) -> (B, D)."""
        p = p.detach()
        if not p.is_cpu:
            return torch.gt(p, torch.rand_like(p), out=p)
        if p.shape not in self.supplies:
            self.supplies[p.shape] = self._uniforms(*p.shape, p.dtype)
        return torch.gt(p, next(self.supplies[p.shape]), out=p)

    def _uniforms(self, rows: int, columns: int, dtype: torch.dtype) -> Iterator[Tensor]:
        """Yield uniform numbers (B, D) for ever; each is overwritten some tosses later, as memory is used again."""
        times = max(1, min(self.steps, CHUNK // (rows * columns)))
        u, k = torch.empty(2, times, rows, columns, dtype=dtype).unbind()
        while True:
            k.copy_(
                torch.from_numpy(self.bytes.random_raw((k.numel() + 7) // 8).view(np.uint8)[: k.numel()]).view(k.shape)
            )
            r, c = torch.rand(times, rows, 1, dtype=dtype), torch.rand(times, 1, columns, dtype=dtype)
            yield from torch.add(r, c, out=u).add_(k, alpha=1 / 256).frac_().unbind()


def flip(p: Tensor) -> Tensor:
    """Return one toss of every coin: (B, D) -> (B, D), in the dtype of p, without gradient."""
    return Coins().toss(p.clone())
