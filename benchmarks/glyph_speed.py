"""How long it takes to draw glyphs, in a fresh process and in one that has its outlines already.

Run from the root of the book:  python benchmarks/glyph_speed.py
"""

import multiprocessing
import time

import torch

from genbook import results
from genbook.data import draw_factors, render

SEEDS, N = (0, 1, 2), 1000


def cpu_seconds(seed: int, size: int) -> tuple[float, float]:
    """Return CPU seconds for N glyphs, first with and then without importing matplotlib and reading the fonts."""
    torch.set_num_threads(1)
    clock = [time.process_time()]
    for _ in range(2):
        render(draw_factors(N, seed), size)
        clock.append(time.process_time())
    return clock[1] - clock[0], clock[2] - clock[1]


def main() -> None:
    """Measure three sizes and three seeds, each in a process of its own."""
    torch.set_num_threads(1)
    rows = []
    for size in (16, 28, 32):
        runs = []
        for seed in SEEDS:
            with multiprocessing.get_context("spawn").Pool(1) as fresh:
                first, again = fresh.apply(cpu_seconds, (seed, size))
            runs.append({"seed": seed, "first": round(first, 3), "again": round(again, 3)})
        rows.append({"size": size, "n": N, "runs": runs})
    results.write("glyph_speed", rows, SEEDS, note="CPU seconds on one thread for n glyphs, without the cache")


if __name__ == "__main__":
    main()
