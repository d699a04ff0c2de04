"""Masked autoregressive flows: training steps, densities and samples of genbook, zuko, nflows and normflows.

Run from the root of the book, with the extra `peers`:  OMP_NUM_THREADS=1 python benchmarks/flow_speed_maf.py
Five affine layers of 2x64 hidden units with alternating orders, batches of 256, one thread; all have the same number
of parameters. nflows and normflows leave the first of the two hidden layers without an activation; here it gets one, so
that all compute the same. All libraries run in one process, in short turns and with another one first in every turn, so
that what else the machine does meets all of them; medians of the turns count, and of the ratios inside a turn.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import torch
import zuko
from nflows.transforms.autoregressive import MaskedAffineAutoregressiveTransform
from normflows.flows import MaskedAffineAutoregressive
from torch import Tensor, nn

from genbook import results
from genbook.flows import maf
from genbook.nn import StandardNormal
from genbook.numerics import seeded

LAYERS, HIDDEN, BATCH, SEED = 5, (64, 64), 256, 0
DIMS = {16: (121, 2, 3), 64: (101, 2, 3), 256: (61, 2, 2)}  # turns, steps a turn, turns of sampling
MADE: dict[str, Any] = {"hidden_features": HIDDEN[0], "num_blocks": 1, "use_residual_blocks": False}


class Peer(nn.Module):
    """Layers of another library with the reversal between them and the normal base that all flows here have."""

    def __init__(self, build: Callable[..., nn.Module], dim: int) -> None:
        super().__init__()
        layers = [build(features=dim, **MADE) for _ in range(LAYERS)]
        for made in (layer.autoregressive_net for layer in layers):
            made.initial_layer = nn.Sequential(made.initial_layer, nn.ReLU())
        self.layers, self.base = nn.ModuleList(layers), StandardNormal(dim)

    def log_prob(self, x: Tensor) -> Tensor:
        total = x.new_zeros(len(x))
        for i, layer in enumerate(self.layers):
            x, log_det = layer(x.flip(1) if i else x)
            total = total + log_det
        return self.base.log_prob(x) + total

    def loss(self, x: Tensor) -> Tensor:
        return -self.log_prob(x).mean()

    def sample(self, n: int) -> Tensor:
        with torch.no_grad():
            x = self.base.sample(n)
            for i, layer in reversed(list(enumerate(self.layers))):
                x = layer.inverse(x)[0]
                x = x.flip(1) if i else x
            return x


class Zuko(nn.Module):
    """zuko's flow with the names of the others."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.flow = zuko.flows.MAF(dim, transforms=LAYERS, hidden_features=HIDDEN)

    def log_prob(self, x: Tensor) -> Tensor:
        return self.flow().log_prob(x)

    def loss(self, x: Tensor) -> Tensor:
        return -self.log_prob(x).mean()

    def sample(self, n: int) -> Tensor:
        with torch.no_grad():
            return self.flow().sample((n,))


def entrants(dim: int) -> dict[str, nn.Module]:
    """Return the flows by library."""
    return {
        "genbook": maf(dim, LAYERS, HIDDEN),
        "zuko": Zuko(dim),
        "nflows": Peer(MaskedAffineAutoregressiveTransform, dim),
        "normflows": Peer(MaskedAffineAutoregressive, dim),
    }


def stepper(model: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return a function that takes one training step."""
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)

    def step() -> None:
        optimizer.zero_grad()
        model.loss(x).backward()
        optimizer.step()

    return step


def density(model: nn.Module, x: Tensor) -> Callable[[], None]:
    """Return a function that computes the log-density of a batch."""

    def compute() -> None:
        with torch.no_grad():
            model.log_prob(x)

    return compute


def milliseconds(call: Callable[[], object], repeats: int) -> float:
    """Return the CPU time of one call, the mean over a turn."""
    start = time.process_time()
    for _ in range(repeats):
        call()
    return 1e3 * (time.process_time() - start) / repeats


def rows_of(what: str, dim: int, calls: dict[str, Callable[[], object]], turns: int, repeats: int) -> list[dict]:
    """Return one row a library: median and range in ms, and median and quartiles of ratios to genbook."""
    for call in calls.values():
        call()
    names, taken = list(calls), []
    for turn in range(turns):
        order = names[turn % len(names) :] + names[: turn % len(names)]
        taken.append({name: milliseconds(calls[name], repeats) for name in order})
    ratios = {name: [turn[name] / turn["genbook"] for turn in taken] for name in names}
    quarters = {name: statistics.quantiles(ratios[name], n=4) for name in names}
    return [
        {
            "what": what,
            "dim": dim,
            "library": name,
            "ms": statistics.median(turn[name] for turn in taken),
            "least ms": min(turn[name] for turn in taken),
            "most ms": max(turn[name] for turn in taken),
            "ratio to genbook": quarters[name][1],
            "ratio, quartiles": [quarters[name][0], quarters[name][2]],
            "turns": turns,
        }
        for name in names
    ]


def main() -> None:
    """Measure, print the table and write the result."""
    torch.set_num_threads(1)
    rows = []
    with seeded(SEED):
        for dim, (turns, steps, sampling) in DIMS.items():
            models, x = entrants(dim), torch.randn(BATCH, dim)
            counts = {sum(p.numel() for p in model.parameters()) for model in models.values()}
            if len(counts) > 1:
                raise ValueError(f"the flows have {counts} parameters, expected the same number.")
            training = {name: stepper(model, x) for name, model in models.items()}
            densities = {name: density(model, x) for name, model in models.items()}
            samples = {name: lambda model=model: model.sample(BATCH) for name, model in models.items()}
            rows += rows_of("training step", dim, training, turns, steps)
            rows += rows_of("log-density", dim, densities, turns, steps)
            rows += rows_of("samples", dim, samples, sampling, 1)
    for row in rows:
        print(row)
    note = (
        f"{LAYERS} affine layers of {HIDDEN}, batch {BATCH}, one thread; CPU time, medians of turns, libraries in turn"
    )
    print(results.write("flow_speed_maf", rows, [SEED], note))


if __name__ == "__main__":
    main()
