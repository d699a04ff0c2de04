"""Sampling WaveNet with queues, against recomputing the past for every sample: seconds a step, by length and by layers.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/wavenet_sampling.py
Untrained networks (cost does not depend on the weights), one thread, CPU seconds, both ways turn by turn, medians. The
naive step is one pass over the samples so far, at places spread over the wave; `wise` passes over the receptive field.
"""

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from genbook import results
from genbook.autoregressive import DilatedStack, MuLaw, WaveNet
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded

LENGTHS, LAYERS, BATCH, STEPS, PASSES = (250, 500, 1000, 2000, 4000, 8000, 16000), (4, 6, 8, 10), 4, 200, 5


def wavenet(layers: int, length: int) -> WaveNet:
    """Return an untrained WaveNet with dilations 1, 2, 4, ..."""
    return WaveNet(DilatedStack(2, 256, 32, [2**i for i in range(layers)], 64), Categorical(256), length, MuLaw(256))


def seconds(f: Callable[[], Any]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    f()
    return time.process_time() - start


def queued(model: WaveNet, x: Tensor) -> float:
    """Return seconds a step with queues, as the median over tenths of the last STEPS steps of the wave x (n, T)."""
    _, state = model.start(len(x))
    state.t = x.shape[1] - STEPS - 1  # the cost does not depend on what the queues hold

    def some(count: int) -> None:
        for _ in range(count):
            model.step(state, x[:, state.t])

    return statistics.median(seconds(lambda: some(STEPS // 10)) for _ in range(10)) / (STEPS // 10)


def naive(model: WaveNet, x: Tensor, most: int | None = None) -> float:
    """Return seconds a step by whole passes over the past, the mean over places; `most` samples back at most."""
    places = [round(x.shape[1] * (i + 0.5) / PASSES) for i in range(PASSES)]
    pasts = [x[:, max(t - most, 0) if most else 0 : t] for t in places]
    return statistics.mean(seconds(lambda p=p: model.conditionals(p)[:, -1]) for p in pasts)


def products(model: WaveNet, x: Tensor) -> tuple[int, int]:
    """Return multiply-adds of a step with queues, and of a naive step in the middle of the wave."""
    _, state = model.start(len(x))
    counts = []
    for f in (lambda: model.step(state, x[:, 0]), lambda: model.conditionals(x[:, : x.shape[1] // 2])):
        with FlopCounterMode(display=False) as counter:
            f()
        counts.append(counter.get_total_flops() // 2 // len(x))
    return counts[0], counts[1]


def row(layers: int, length: int) -> dict[str, Any]:
    """Return what both ways cost at one length."""
    model = wavenet(layers, length).eval()
    x = torch.randint(256, (BATCH, length)).float()
    _, state = model.start(BATCH)
    by_queue, by_pass = products(model, x)
    u = torch.rand(1, min(length, 250), dtype=torch.float64)
    twin = wavenet(layers, min(length, 250)).double().eval()
    return {
        "layers": layers,
        "field": model.network.field,
        "length": length,
        "queued, s a step": queued(model, x),
        "naive, s a step": naive(model, x),
        "wise, s a step": naive(model, x, model.network.field),
        "queued, multiply-adds": by_queue,
        "naive, multiply-adds": by_pass,
        "queues, kB a wave": 4 * state.queues.numel() / BATCH / 1000,
        "weights, kB": 4 * sum(p.numel() for p in model.parameters()) / 1000,
        "identical": bool(torch.equal(ancestral(twin, u), ancestral_naive(twin, u))),
    }


def exponent(rows: list[dict[str, Any]], way: str) -> float:
    """Return b of the least-squares fit seconds a step = a * length^b on log axes."""
    x = torch.tensor([math.log(r["length"]) for r in rows])
    y = torch.tensor([math.log(r[way]) for r in rows])
    return float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


def main() -> None:
    """Measure by length at ten layers and by layers at one length, fit exponents, and write the result."""
    torch.set_num_threads(1)
    with seeded(0), torch.no_grad():
        lengths = [row(10, length) for length in LENGTHS]
        print(*lengths, sep="\n", flush=True)
        depths = [row(layers, 4000) for layers in LAYERS]
    fits = {f"exponent, {way}": exponent(lengths, f"{way}, s a step") for way in ("queued", "naive")}
    rows = [{"study": "length"} | r | fits for r in lengths] + [{"study": "layers"} | r for r in depths]
    print(*rows, sep="\n")
    results.write("wavenet_sampling", rows, (0,), note=f"one thread; CPU seconds a step for {BATCH} waves at once")


if __name__ == "__main__":
    main()
