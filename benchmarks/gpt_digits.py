"""A Transformer and an LSTM on handwritten digits as strings of 64 pixels: exact test likelihoods of three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/gpt_digits.py [model ...]
Each model trains on 1,000 images, is chosen on 350 and measured once on 447; on one thread, in CPU seconds. Named
models (default: all) join the rows that are there.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.autoregressive.char_rnn import CharRNN
from genbook.autoregressive.gpt import GPT, Decoder
from genbook.autoregressive.inputs import Values
from genbook.autoregressive.pixel_code import Thermometer
from genbook.autoregressive.positions import Learned, Position, Rotary, line, raster
from genbook.data import batches, digits
from genbook.evaluation import nats
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Run, Schedule, Validate, fit, save_weights

SEEDS = (0, 1, 2)
MARK = 86.6  # nats; the time to reach it is reported
WIDTH, HEADS, LAYERS, DROPOUT = 64, 4, 3, 0.2
WARM_UP = 50
CODE, MIXTURE = Thermometer(17), DiscretizedLogisticMixture(levels=17, components=5)
DATA = digits()


def marks(coordinates: Tensor) -> list[Position]:
    """Return learned and rotary positions; no distance is above 8, so a small base spreads the rotary rates."""
    return [Learned(coordinates, WIDTH), Rotary(coordinates, WIDTH // HEADS, base=50.0)]


def transformer(coordinates: Tensor | None = None) -> GPT:
    """Return a Transformer of three layers that knows row and column of every pixel."""
    positions = marks(raster(8, 8) if coordinates is None else coordinates)
    decoder = Decoder(WIDTH, HEADS, LAYERS, positions, DROPOUT)
    return GPT(Values(CODE, CODE.size, WIDTH), decoder, MIXTURE)


def lstm() -> CharRNN:
    """Return an LSTM that reads the pixels as a string and knows no rows."""
    return CharRNN(Values(CODE, CODE.size, WIDTH), MIXTURE, hidden=160, dropout=0.3, length=64)


# name -> how to build it, for how many steps to train it, and on which seeds
ROWS: dict[str, tuple[Callable[[], nn.Module], int, tuple[int, ...]]] = {
    "Transformer": (transformer, 1200, SEEDS),
    "LSTM on the pixel string": (lstm, 900, SEEDS),
    "Transformer, place in the string only": (lambda: transformer(coordinates=line(64)), 1200, SEEDS),
}


class Clock:
    """Callback: notes the seconds, less its own, at which the test likelihood passes MARK; nothing is chosen by it."""

    def __init__(self, model: nn.Module) -> None:
        self.model, self.own = model, 0.0
        self.reached: float | None = None

    def after_step(self, run: Run) -> None:
        """Measure every 50 steps until the mark is passed."""
        if self.reached is None and run.step % 50 == 0:
            start = time.process_time()
            if nats(self.model, DATA.test.x).mean <= MARK:
                self.reached = run.history.cpu_seconds - self.own
            self.own += time.process_time() - start


def rate(steps: int) -> Callable[[int], float]:
    """Return a learning rate that climbs for WARM_UP steps while it falls in a straight line to almost nothing."""
    return lambda step: min(1.0, (step + 1) / WARM_UP) * (1 - 0.98 * min(step / steps, 1.0))


def train(build: Callable[[], nn.Module], steps: int, seed: int) -> tuple[nn.Module, dict[str, Any]]:
    """Train one seed; return the model with its best averaged weights, and what was measured."""
    with seeded(seed):
        model = build()
        ema = EMA(model, decay=0.99)
        keep_best = Validate(lambda m: nats(m, DATA.valid.x).mean, 100, ema.module)
        clock = Clock(ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.98), weight_decay=0.1)
        schedule = Schedule(lambda optimizer: LambdaLR(optimizer, rate(steps)))
        callbacks = [ClipGradient(1.0), ema, clock, keep_best, schedule]
        history = fit(model.loss, model, batches(DATA.train.x, 50, seed), steps, adam, callbacks)
    run = {
        "seed": seed,
        "test": nats(ema.module, DATA.test.x).mean,
        "valid": keep_best.best,
        "steps": keep_best.best_step,
        "seconds": history.cpu_seconds - clock.own,
        "seconds to 86.6": clock.reached,
    }
    return ema.module.eval(), run


def save_page_weights(model: nn.Module, run: dict[str, Any]) -> None:
    """Store the Transformer of the first seed with its card, measured after rounding to half precision."""
    model = model.half().float()
    card = {
        "command": "python benchmarks/gpt_digits.py",
        "model": f"Transformer, {LAYERS} layers of {WIDTH}, {HEADS} heads, rows and columns learned and rotary (base "
        "50), thermometer code, logistic mixture of 5",
        "data": "digits, 17 levels; 1,000 to train, 350 to choose, 447 to test",
        "seed": run["seed"],
        "steps": run["steps"],
        "metrics": {"test nats, =": round(nats(model, DATA.test.x).mean, 4)},
    }
    save_weights(model, "gpt-digits", card, torch.float16)


def main() -> None:
    """Measure row by row, writing what there is after each run, and keep the weights of the page."""
    torch.set_num_threads(1)
    note = "test nats an image, exact; seconds are CPU seconds of training"
    for name in sys.argv[1:] or ROWS:
        build, steps, seeds = ROWS[name]
        for seed in seeds:
            model, run = train(build, steps, seed)
            print(name, run, flush=True)
            row = {"model": name, "parameters": sum(p.numel() for p in model.parameters()), "runs": [run]}
            results.write("gpt_digits", results.joined("gpt_digits", [row]), SEEDS, note)
            if (name, seed) == ("Transformer", SEEDS[0]):
                save_page_weights(model, run)


if __name__ == "__main__":
    main()
