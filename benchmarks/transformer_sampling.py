"""Sampling from a Transformer with its cache, against recomputing everything for each symbol, for the same noise.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/transformer_sampling.py
An untrained network (cost does not depend on the weights), one thread, CPU seconds, all ways turn by turn. Recomputing
is timed in two ways: passes over all positions, as `ancestral_naive` makes them, and passes over the known prefix only.
Both are timed at PASSES positions spread over the sequence and scaled up; up to 196 positions the draws are compared.
"""

import math
import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from genbook import results
from genbook.autoregressive.attention import attention, multiply_adds
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Tokens
from genbook.autoregressive.positions import Learned, line
from genbook.autoregressive.sampling import ancestral, ancestral_naive
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded

LEVELS, WIDTH, HEADS, LAYERS = 256, 128, 4, 4
LENGTHS, BATCHES = (49, 98, 196, 392, 784), (1, 16)
REPEATS, PASSES = 3, 12
WAYS = ("cached", "all positions again", "prefix again")


def model(length: int, **options: Any) -> GPT:
    """Return a Transformer over grey pixels of 256 levels."""
    decoder = Decoder(WIDTH, HEADS, LAYERS, [Learned(line(length), WIDTH)], **options)
    return GPT(Tokens(LEVELS, WIDTH), decoder, Categorical(LEVELS)).eval()


def seconds(f: Callable[[], Any]) -> float:
    """Return the CPU time of one call."""
    start = time.process_time()
    f()
    return time.process_time() - start


def same_draws(gpt: GPT, u: Tensor) -> bool | None:
    """Return whether cached and naive draws are equal; None where comparing would take too long."""
    if u.numel() > 196:
        return None
    naive = ancestral_naive(_Floats(gpt), u)
    return bool(torch.equal(ancestral(gpt, u), naive))


class _Floats:
    """The model as `ancestral_naive` calls it, with symbols kept as floats."""

    def __init__(self, gpt: GPT) -> None:
        self.order, self.output, self.gpt = gpt.order, gpt.output, gpt

    def conditionals(self, x: Tensor) -> Tensor:
        return self.gpt.conditionals(x.long())


def counted(gpt: GPT, x: Tensor) -> dict[str, int]:
    """Return the multiply-adds for the last symbol, with the cache and over the prefix, counted as they happen."""
    _, cache = gpt.start(1)
    for x_t in x[:1, :-2].T:
        _, cache = gpt.step(cache, x_t)
    return {
        "multiply-adds of the last symbol, cached": multiply_adds(lambda: gpt.step(cache, x[:1, -2])),
        "multiply-adds of the last symbol, prefix again": multiply_adds(lambda: gpt.conditionals(x[:1])),
    }


def row(length: int, batch: int) -> dict[str, Any]:
    """Return medians of all ways for one length and batch, and the memory of the cache."""
    gpt = model(length)
    u = torch.rand(batch, length)
    x = torch.randint(LEVELS, (batch, length))
    places = [round((i + 0.5) / PASSES * length) for i in range(PASSES)]
    scale = length / PASSES
    times: dict[str, list[float]] = {way: [] for way in WAYS}
    ancestral(gpt, u[:, :8].repeat(1, length)[:, :length])  # warm up
    for _ in range(REPEATS):
        times["cached"].append(seconds(lambda: ancestral(gpt, u)))
        times["all positions again"].append(scale * seconds(lambda: [gpt.conditionals(x) for _ in places]))
        times["prefix again"].append(scale * seconds(lambda: [gpt.conditionals(x[:, : t + 1]) for t in places]))
    again = {f"times faster than {way}": _ratio(times, way) for way in WAYS[1:]}
    cache = gpt.start(batch)[1].bytes
    return {
        "positions": length,
        "batch": batch,
        "identical": same_draws(gpt, u),
        **{f"{way}, s": statistics.median(times[way]) for way in WAYS},
        **again,
        "cache, kB a sequence": cache / batch / 1000,
        "weights, kB": sum(p.numel() * p.element_size() for p in gpt.parameters()) / 1000,
        **counted(model(length, attend=attention), x),
    }


def _ratio(times: dict[str, list[float]], way: str) -> float:
    """Return the median of the ratios taken turn by turn."""
    return statistics.median(slow / fast for fast, slow in zip(times["cached"], times[way], strict=True))


def exponent(rows: list[dict[str, Any]], way: str) -> float:
    """Return b of the least-squares fit seconds = a * positions^b on log axes."""
    x = torch.tensor([math.log(r["positions"]) for r in rows])
    y = torch.tensor([math.log(r[f"{way}, s"]) for r in rows])
    return float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())


def main() -> None:
    """Measure, fit exponents and write the result."""
    torch.set_num_threads(1)
    rows = []
    with seeded(0), torch.no_grad():
        for batch in BATCHES:
            group = [row(length, batch) for length in LENGTHS]
            fits = {f"exponent, {way}": exponent(group, way) for way in WAYS}
            rows += [r | fits for r in group]
            print(*rows[-len(LENGTHS) :], sep="\n", flush=True)
    note = (
        f"{LAYERS} layers of {WIDTH}, {HEADS} heads, {LEVELS} levels; CPU seconds on one thread, medians of {REPEATS}; "
        f"recomputing timed at {PASSES} positions and scaled up"
    )
    print(results.write("transformer_sampling", rows, [0], note))


if __name__ == "__main__":
    main()
