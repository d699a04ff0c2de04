"""PixelCNN++ on glyphs of 256 grey levels: a logistic mixture against a softmax with no fewer parameters.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/pixelcnn_glyphs.py [jobs]
16 x 16 pixels, 4,000 images to train, 500 to choose, 1,000 to measure once, each part from a seed of its own; three
seeds of both. One thread a run, `jobs` of them at a time (default: one); the seconds are CPU seconds.
"""

import math
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import DownUpStreams, PixelCNN, Thermometer
from genbook.data import batches, glyphs
from genbook.evaluation import nats
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture, Output
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, device, fit

SEEDS = (0, 1, 2)
SIZE, STEPS, BATCH, WIDTH = 16, 800, 32, 16
CODE = Thermometer(256, steps=16)
OUTPUTS: dict[str, Output] = {
    "logistic mixture of 10": DiscretizedLogisticMixture(256, 10),
    "softmax of 256": Categorical(256),
}


def built(output: Output, width: int) -> PixelCNN:
    """Return a PixelCNN++ with two resolutions."""
    network = DownUpStreams(CODE.size, output.size, width, blocks=1, halvings=1, dropout=0.1)
    return PixelCNN(network, output, (1, SIZE, SIZE), CODE)


def parameters(model: PixelCNN) -> int:
    return sum(p.numel() for p in model.parameters())


def equal_width(output: Output) -> int:
    """Return the least width at which `output` makes the model at least as large as the mixture makes it at WIDTH."""
    target = parameters(built(OUTPUTS["logistic mixture of 10"], WIDTH))
    return next(width for width in range(1, 2 * WIDTH) if parameters(built(output, width)) >= target)


def measured(job: tuple[str, int]) -> dict[str, Any]:
    """Train one seed of an output and measure it, in a process of its own."""
    torch.set_num_threads(1)
    name, seed = job
    train, valid, test = (glyphs(n, SIZE, seed=k).x.to(device()) for k, n in enumerate((4000, 500, 1000)))
    with seeded(seed):
        model = built(OUTPUTS[name], equal_width(OUTPUTS[name])).to(device())
        ema = EMA(model, decay=0.995)
        keep_best = Validate(lambda m: nats(m, valid).mean, every=200, module=ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=0.01)
        callbacks = [ClipGradient(100.0), ema, keep_best, Schedule(lambda o: CosineAnnealingLR(o, STEPS))]
        history = fit(model.loss, model, batches(train, BATCH, seed), STEPS, adam, callbacks)
    measure = nats(ema.module, test).mean
    run = {
        "seed": seed,
        "test": measure,
        "test, bits/dim": measure / (SIZE**2 * math.log(2)),
        "valid": keep_best.best,
        "seconds": history.cpu_seconds,
        "parameters": parameters(model),
    }
    print(job, run, flush=True)
    return run


def main() -> None:
    """Measure both outputs and write the result."""
    jobs = [(name, seed) for name in OUTPUTS for seed in SEEDS]
    with ProcessPoolExecutor(int(sys.argv[1]) if len(sys.argv) > 1 else 1, get_context("spawn")) as pool:
        runs = dict(zip(jobs, pool.map(measured, jobs), strict=True))
    table = [
        {"model": f"PixelCNN++, {name}", "width": equal_width(output), "parameters": runs[name, 0]["parameters"]}
        | {"runs": [runs[name, seed] for seed in SEEDS]}
        for name, output in OUTPUTS.items()
    ]
    note = "test nats an image of 16 x 16 glyphs with 256 levels, exact; CPU seconds of training"
    results.write("pixelcnn_glyphs", table, SEEDS, note=note)


if __name__ == "__main__":
    main()
