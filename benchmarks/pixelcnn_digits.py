"""The PixelCNN family on handwritten digits of 17 grey levels: exact test likelihoods of three seeds, and mixtures.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/pixelcnn_digits.py [jobs]
Each model trains on 1,000 images, is chosen on 350 and measured once on 447. Runs use one thread each, `jobs` of them
at a time (default: one), on a GPU where there is one. The seconds are CPU seconds.
"""

import math
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import DownUpStreams, GatedStacks, MaskedStack, PixelCNN, Thermometer
from genbook.data import batches, digits
from genbook.evaluation import digit_classifier, per_example
from genbook.nn.outputs import Categorical, DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Run, Schedule, Validate, device, fit, save_weights

SEEDS = (0, 1, 2)
MARK = 86.6  # nats; the time to reach it is reported
SHAPE, CODE = (1, 8, 8), Thermometer(17)
MIXTURE, SOFTMAX = DiscretizedLogisticMixture(levels=17, components=5), Categorical(17)
CLASSES, DRAWS = 10, 100  # draws a class


def pixelcnn() -> PixelCNN:
    return PixelCNN(MaskedStack(16, MIXTURE.size, 32, (7, 5, 5, 5)), MIXTURE, SHAPE, CODE)


def gated(output: Any = MIXTURE, classes: int = 0) -> PixelCNN:
    network = GatedStacks(16, output.size, 32, (7, 5, 5), classes=classes, dropout=0.3)
    return PixelCNN(network, output, SHAPE, CODE)


def plusplus() -> PixelCNN:
    return PixelCNN(DownUpStreams(16, MIXTURE.size, width=32, blocks=1, halvings=1, dropout=0.5), MIXTURE, SHAPE, CODE)


# name -> how to build it, and for how many steps to train it at most
ROWS: dict[str, tuple[Callable[[], PixelCNN], int]] = {
    "Gated PixelCNN": (gated, 2800),
    "Gated PixelCNN, given the class": (partial(gated, classes=CLASSES), 2800),
    "PixelCNN++": (plusplus, 1500),
    "Gated PixelCNN, softmax": (partial(gated, SOFTMAX), 1500),
    "PixelCNN": (pixelcnn, 1000),
}
MIXED = ("Gated PixelCNN", "Gated PixelCNN, given the class", "PixelCNN++")


class Clock:
    """Callback: notes the seconds, less its own, at which the test likelihood passes MARK; nothing is chosen by it."""

    def __init__(self, log_p: Callable[[Tensor], Tensor], x: Tensor) -> None:
        self.log_p, self.x, self.own = log_p, x, 0.0
        self.reached: float | None = None

    def after_step(self, run: Run) -> None:
        """Measure every 25 steps until the mark is passed."""
        if self.reached is None and run.step % 25 == 0:
            start = time.process_time()
            if -per_example(self.log_p, self.x).mean().item() <= MARK:
                self.reached = run.history.cpu_seconds - self.own
            self.own += time.process_time() - start


def log_p(model: PixelCNN, x: Tensor) -> Tensor:
    """Return log p(x); for a model given the class, the exact mixture over ten classes of equal probability."""
    if not model.network.classes:
        return model.log_prob(x)
    each = [model.log_prob(x, torch.full((len(x),), c, device=x.device)) for c in range(CLASSES)]
    return torch.stack(each).logsumexp(0) - math.log(CLASSES)


def train(name: str, seed: int) -> tuple[PixelCNN, dict[str, Any]]:
    """Train one seed of a row; return the model with its best weights, and what was measured."""
    torch.set_num_threads(1)
    build, steps = ROWS[name]
    data = digits().to(device())
    with seeded(seed):
        model = build().to(device())
        ema = EMA(model, decay=0.998)
        score = partial(log_p, ema.module)
        keep_best = Validate(lambda m: -per_example(score, data.valid.x).mean().item(), 100, ema.module, patience=5)
        clock = Clock(score, data.test.x)
        adam = torch.optim.AdamW(model.parameters(), lr=2e-3, betas=(0.9, 0.99), weight_decay=0.01)
        cosine = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))

        def loss(batch: Any) -> Tensor:
            return model.loss(batch.x, batch.y if model.network.classes else None)

        callbacks = [ClipGradient(10.0), ema, clock, keep_best, cosine]
        history = fit(loss, model, batches(data.train, 50, seed), steps, adam, callbacks)
    log_test = per_example(score, data.test.x)
    run = {
        "seed": seed,
        "test": -log_test.mean().item(),
        "valid": keep_best.best,
        "steps": keep_best.best_step,
        "seconds": history.cpu_seconds - clock.own,
        "seconds to 86.6": clock.reached,
    }
    if model.network.classes:
        run["recognised"] = recognised(ema.module, seed)
    run["parameters"] = sum(p.numel() for p in model.parameters())
    return ema.module, run | {"log_p": log_test}


def recognised(model: PixelCNN, seed: int) -> float:
    """Return the share of class-conditional draws that the digit classifier assigns to their class."""
    c = torch.arange(CLASSES).repeat_interleave(DRAWS)
    with seeded(seed):
        x = model.sample(len(c), c.to(device())).cpu()
    return float((digit_classifier()(x).argmax(1) == c).float().mean())


def measured(job: tuple[str, int]) -> dict[str, Any]:
    """Train one seed of a row in a process of its own."""
    _, run = train(*job)
    print(job, {key: value for key, value in run.items() if key != "log_p"}, flush=True)
    return run


def mixture(name: str, members: list[list[dict[str, Any]]]) -> dict[str, Any]:
    """Return the row of equal mixtures of trained models, p(x) = 1/K sum_k p_k(x), one mixture a list of runs."""
    runs = []
    for mixed in members:
        log_mean = torch.stack([run["log_p"] for run in mixed]).logsumexp(0) - math.log(len(mixed))
        runs.append({"test": -log_mean.mean().item(), "seconds": sum(run["seconds"] for run in mixed)})
    return {"model": name, "parameters": sum(run["parameters"] for run in members[0]), "runs": runs}


def save_page_weights() -> None:
    """Train the class-conditional model of the page and store it with its card, measured after rounding."""
    name = "Gated PixelCNN, given the class"
    model, run = train(name, 0)
    model = model.cpu().half().float()
    test = digits().test
    card = {
        "command": "python benchmarks/pixelcnn_digits.py",
        "model": "Gated PixelCNN given the class: 32 features, kernels 7, 5, 5; logistic mixture; thermometer code",
        "data": "digits, 17 levels; 1,000 to train, 350 to choose, 447 to test",
        "seed": 0,
        "steps": run["steps"],
        "metrics": {
            "test nats, =": round(-per_example(partial(log_p, model), test.x).mean().item(), 4),
            "test nats given the class, =": round(-model.log_prob(test.x, test.y).mean().item(), 4),
            "draws recognised": recognised(model.to(device()), 0),
        },
    }
    save_weights(model.cpu(), "gated-pixelcnn-digits", card, torch.float16)


def main() -> None:
    """Measure every row, mix, and train the weights of the page."""
    torch.set_num_threads(1)
    jobs = [(name, seed) for name in ROWS for seed in SEEDS]
    with ProcessPoolExecutor(int(sys.argv[1]) if len(sys.argv) > 1 else 1, get_context("spawn")) as pool:
        runs = dict(zip(jobs, pool.map(measured, jobs), strict=True))
    each = [[runs[name, seed] for name in MIXED] for seed in SEEDS]
    table = [
        {"model": name, "parameters": runs[name, 0]["parameters"], "runs": [runs[name, seed] for seed in SEEDS]}
        for name in ROWS
    ]
    table += [
        mixture("a mixture of three: gated, gated given the class, PixelCNN++", each),
        mixture("a mixture of those nine", [[run for mixed in each for run in mixed]]),
    ]
    for run in runs.values():
        del run["log_p"]
    results.write(
        "pixelcnn_digits", table, SEEDS, note="test nats an image, exact; seconds are CPU seconds of training"
    )
    save_page_weights()


if __name__ == "__main__":
    main()
