"""Sampling from a MADE: each hidden unit computed once, against D full passes, for the same noise.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/made_sampling.py
784 binary pixels, 500 hidden units, one thread, CPU seconds. All ways run in one process, turn by turn, and the
first two give the same draws.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from genbook import results
from genbook.autoregressive import MADE
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import seeded

DIM, HIDDEN, SEED = 784, 500, 0
REPEATS = {1: 5, 16: 5, 100: 5}  # by batch


class Premasked(nn.Module):
    """The same network for a stronger loop: its masks are multiplied into the weights once, not in every pass."""

    def __init__(self, network: MaskedMLP) -> None:
        super().__init__()
        self.w, self.c = network.layers[0].weight * network.layers[0].mask, network.layers[0].bias
        self.v, self.b = network.output.weight * network.output.mask, network.output.bias
        self.ordering, self.dim, self.params = network.ordering, network.dim, network.params

    def forward(self, x: Tensor, ordering: None = None, degrees: None = None) -> Tensor:
        h = torch.addmm(self.c, x, self.w.T).relu()  # (B, H)
        return torch.addmm(self.b, h, self.v.T)[..., None]


def seconds(f: Callable[[], Tensor]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    f()
    return time.process_time() - start


def row(model: MADE, strong: MADE, batch: int) -> dict[str, Any]:
    """Return medians and the range of the pairwise ratios for one batch size."""
    u = torch.rand(batch, DIM)
    ways = [lambda: ancestral(model, u), lambda: ancestral_naive(model, u), lambda: ancestral_naive(strong, u)]
    same = bool(torch.equal(ways[0](), ways[1]()))  # this also warms up
    fast, plain, premasked = zip(*([seconds(way) for way in ways] for _ in range(REPEATS[batch])), strict=True)
    ratios = [p / f for f, p in zip(fast, plain, strict=True)]
    return {
        "batch": batch,
        "identical": same,
        "repeats": REPEATS[batch],
        "each unit once, s": statistics.median(fast),
        "full passes, s": statistics.median(plain),
        "full passes with masks multiplied in once, s": statistics.median(premasked),
        "times faster": statistics.median(ratios),
        "times faster, least": min(ratios),
        "times faster, most": max(ratios),
        "times faster than with masks multiplied in once": statistics.median(
            [p / f for f, p in zip(fast, premasked, strict=True)]
        ),
    }


def main() -> None:
    """Measure, print the table and write the result."""
    torch.set_num_threads(1)
    with seeded(SEED), torch.no_grad():
        model = MADE(MaskedMLP(DIM, (HIDDEN,)), Bernoulli()).eval()
        strong = MADE(Premasked(model.network), Bernoulli()).eval()
        rows = [row(model, strong, batch) for batch in REPEATS]
    for r in rows:
        print(r)
    note = (
        f"{DIM} binary pixels, {HIDDEN} hidden units; medians of {REPEATS[1]} turns in CPU s, ratios taken turn by turn"
    )
    print(results.write("made_sampling", rows, [SEED], note))


if __name__ == "__main__":
    main()
