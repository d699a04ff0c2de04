"""Flows on handwritten digits of 17 grey levels: dequantised bounds of three seeds, in nats an image.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/flow_digits.py [model=seed ...]
Each model trains on 1,000 images, is chosen on 350 and measured once on 447, with ten draws of the noise an image; on
one thread, in CPU seconds. What is named, such as "Glow=1" (default: all models, all seeds), joins the rows that are
there.
"""

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.data import batches, digits
from genbook.evaluation import Histogram, nats
from genbook.flows import (
    Affine,
    Flow,
    MaskedAutoregressive,
    RationalQuadratic,
)
from genbook.flows.bijections import Bijection
from genbook.flows.dequantisation import CellNoise, Dequantised, UniformNoise, variational_noise
from genbook.flows.glow import glow
from genbook.flows.input_maps import HistogramCDF, Logit, NormalQuantile
from genbook.flows.normalisation import start_from_data
from genbook.flows.realnvp import realnvp_images
from genbook.nn import MaskedMLP, StandardNormal
from genbook.numerics import dequantise, seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit

SEEDS, LEVELS, DRAWS = (0, 1, 2), 17, 10
WARM_UP = 50
DATA = digits()


def histogram_map(event: tuple[int, ...]) -> list[nn.Module]:
    """Return the map by which pixels that follow their own histograms become standard normal."""
    shares = Histogram.fit(DATA.train.x, DATA.valid.x, LEVELS).log_p.exp()
    return [HistogramCDF(shares.view(*event, LEVELS)), NormalQuantile()]


def logit_map(event: tuple[int, ...]) -> list[nn.Module]:
    """Return the usual map."""
    return [Logit(0.05)]


def masked(bijection: Bijection, layers: int, hidden: tuple[int, ...], dropout: float) -> Flow:
    """Return masked autoregressive layers, every second one in reverse order, that begin as the identity."""
    transforms = []
    for layer in range(layers):
        order = torch.arange(64) if layer % 2 == 0 else torch.arange(64).flip(0)
        network = MaskedMLP(64, hidden, bijection.size, order, direct=True, dropout=dropout)
        for last in (network.output, network.direct):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        transforms.append(MaskedAutoregressive(network, bijection))
    return Flow(StandardNormal(64), transforms)


def dequantised(
    flow: Callable[[], Flow],
    event: tuple[int, ...] = (64,),
    input_map: Callable[[tuple[int, ...]], list[nn.Module]] = histogram_map,
    noise: Callable[[], CellNoise] = UniformNoise,
) -> Dequantised:
    """Return a model of whole numbers: an input map before the flow, and noise in the cells."""
    built = flow()
    return Dequantised(Flow(built.base, [*input_map(event), *built.transform.transforms]), noise(), event, LEVELS)


IMAGE = (1, 8, 8)
spline = partial(masked, RationalQuadratic(8, 4.0), 2, (192, 192), 0.3)
learned = partial(variational_noise, 64, LEVELS, layers=2, hidden=(128,), dropout=0.2)
# name -> how to build it, and for how many steps to train it
ROWS: dict[str, tuple[Callable[[], Dequantised], int]] = {
    "RealNVP": (partial(dequantised, partial(realnvp_images, IMAGE, 32, 1, 1, 0.2), IMAGE), 400),
    "Glow": (partial(dequantised, partial(glow, IMAGE, 4, 32, 1, 2, 0.2), IMAGE), 400),
    "MAF": (partial(dequantised, partial(masked, Affine(), 3, (192, 192), 0.3)), 600),
    "Spline MAF, logit": (partial(dequantised, spline, input_map=logit_map), 600),
    "Spline MAF": (partial(dequantised, spline), 600),
    "Spline MAF, variational": (partial(dequantised, spline, noise=learned), 600),
}


def rate(steps: int) -> Callable[[int], float]:
    """Return a learning rate that climbs for WARM_UP steps while it falls in a straight line to almost nothing."""
    return lambda step: min(1.0, (step + 1) / WARM_UP) * (1 - 0.98 * min(step / steps, 1.0))


def bound(model: Dequantised, x: Tensor) -> float:
    """Return the bound in nats an image, averaged over DRAWS draws of the noise."""
    return sum(nats(model, x).mean for _ in range(DRAWS)) / DRAWS


def train(build: Callable[[], Dequantised], steps: int, seed: int) -> tuple[Dequantised, dict[str, Any]]:
    """Train one seed; return the model with its best averaged weights, and what was measured."""
    with seeded(seed):
        model = build()
        train_x, valid_x, test_x = (part.x.view(-1, *model.event) for part in DATA)
        start_from_data(model.flow, dequantise(train_x[:200], torch.rand_like(train_x[:200]), LEVELS))
        ema = EMA(model, decay=0.99)
        keep_best = Validate(lambda m: nats(m, valid_x).mean, max(1, steps // 12), ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
        schedule = Schedule(lambda optimizer: LambdaLR(optimizer, rate(steps)))
        callbacks = [ClipGradient(10.0), ema, keep_best, schedule]
        history = fit(model.loss, model, batches(train_x, 100, seed), steps, adam, callbacks)
    with seeded(seed):
        run = {
            "seed": seed,
            "test": bound(ema.module, test_x),
            "valid": keep_best.best,
            "steps": keep_best.best_step,
            "seconds": history.cpu_seconds,
        }
    return ema.module.eval(), run


def main() -> None:
    """Measure run by run, writing what there is after each."""
    torch.set_num_threads(1)
    note = "test nats an image, <=, mean of ten draws of the noise; seconds are CPU seconds of training"
    for wanted in sys.argv[1:] or [f"{name}={seed}" for name in ROWS for seed in SEEDS]:
        name, _, seed = wanted.rpartition("=")
        model, run = train(*ROWS[name], int(seed))
        print(name, run, flush=True)
        row = {"model": name, "parameters": sum(p.numel() for p in model.parameters()), "runs": [run]}
        results.write("flow_digits", results.joined("flow_digits", [row]), SEEDS, note)


if __name__ == "__main__":
    main()
