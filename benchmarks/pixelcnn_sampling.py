"""Sampling pixel by pixel with remembered features, against recomputing every pixel, for the same noise.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/pixelcnn_sampling.py
Untrained networks (cost does not depend on the weights), one thread, CPU seconds, both ways turn by turn. The naive way
of the largest images is timed on its first passes and scaled up, which `passes timed` states.
"""

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch

from genbook import results
from genbook.autoregressive import DownUpStreams, GatedStacks, MaskedStack, PixelCNN
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded

MIXTURE = DiscretizedLogisticMixture(levels=256, components=5)
NETWORKS: dict[str, Callable[[], Any]] = {
    "PixelCNN": lambda: MaskedStack(1, MIXTURE.size, 64, (7, 3, 3, 3, 3)),
    "Gated PixelCNN": lambda: GatedStacks(1, MIXTURE.size, 32, (7, 5, 5, 5, 5)),
    "PixelCNN++": lambda: DownUpStreams(1, MIXTURE.size, 32, blocks=1, halvings=1),
}
SIDES, BATCHES, REPEATS = (8, 12, 16, 20, 28), (1, 16), 3
PASSES = 20  # of the naive way, at most, for one timing of larger images


def seconds(f: Callable[[], Any]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    f()
    return time.process_time() - start


def row(name: str, side: int, batch: int) -> dict[str, Any]:
    """Return medians of both ways, their ratio, and the memory of the cache."""
    model = PixelCNN(NETWORKS[name](), MIXTURE, (1, side, side)).eval()
    pixels = side * side
    u = torch.rand(batch, pixels)
    passes = min(PASSES, pixels)
    known = ancestral(model, u)
    same = bool(torch.equal(known, ancestral_naive(model, u))) if pixels <= 256 or batch == 1 else None
    fast, naive = [], []
    for _ in range(REPEATS):
        fast.append(seconds(lambda: ancestral(model, u)))
        naive.append(seconds(lambda: [model.conditionals(known) for _ in range(passes)]) * pixels / passes)
    _, state = model.start(batch)
    for t in range(pixels - 1):
        _, state = model.step(state, known[:, t])
    return {
        "model": name,
        "side": side,
        "pixels": pixels,
        "batch": batch,
        "identical": same,
        "cached, s": statistics.median(fast),
        "naive, s": statistics.median(naive),
        "passes timed": passes,
        "times faster": statistics.median(n / f for n, f in zip(naive, fast, strict=True)),
        "cache, kB an image": 4 * state.scan.numel() / batch / 1000,
        "weights, kB": 4 * sum(p.numel() for p in model.parameters()) / 1000,
    }


def exponent(rows: list[dict[str, Any]], way: str) -> float:
    """Return b of the least-squares fit seconds = a * pixels^b on log axes."""
    x = torch.tensor([math.log(r["pixels"]) for r in rows])
    y = torch.tensor([math.log(r[way]) for r in rows])
    return float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


def main() -> None:
    """Measure, fit exponents and write the result."""
    torch.set_num_threads(1)
    rows = []
    with seeded(0), torch.no_grad():
        for name in NETWORKS:
            for batch in BATCHES:
                group = [row(name, side, batch) for side in SIDES]
                fits = {f"exponent, {way}": exponent(group, f"{way}, s") for way in ("cached", "naive")}
                rows += [r | fits for r in group]
                print(*[r for r in rows[-len(SIDES) :]], sep="\n", flush=True)
    results.write("pixelcnn_sampling", rows, (0,), note="one thread; CPU seconds; medians of three")


if __name__ == "__main__":
    main()
