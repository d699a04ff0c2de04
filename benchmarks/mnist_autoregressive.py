"""A Gated PixelCNN over blocks of 2 x 2 pixels on 9,000 binarised MNIST digits, in 180 CPU seconds: exact test nats.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/mnist_autoregressive.py [seed ...]
The 10,000 images of MNIST's test files: the first 8,500 to train, the next 500 to choose, the last 1,000 to measure.
Pixels are binarised dynamically: in training anew for every batch, in measuring by one draw with a fixed seed. All that
the process does after loading counts, on one thread. Seeds run one by one and join those that are already there.
"""

import math
import sys
import time
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from genbook import results
from genbook.autoregressive import Bits, GatedStacks, PixelCNN, to_blocks
from genbook.data import batches, mnist
from genbook.evaluation import nats
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Run, Validate, fit

NAME, SEEDS, SECONDS = "mnist_autoregressive", (0, 1, 2), 180.0
SIDE, BATCH, TOP = 2, 32, 2e-3
WIDTH, KERNELS, DROPOUT = 32, (7, 5, 5, 5), 0.1
BINARISED = 2026  # the seed of the draw that validation and test images are measured on


class Countdown:
    """Callback: the learning rate falls to zero along a cosine of the CPU seconds spent, and with them the run ends."""

    def __init__(self, optimizer: Optimizer, seconds: float, warm_up: int = 100) -> None:
        self.optimizer, self.seconds, self.warm_up = optimizer, seconds, warm_up
        self.began = time.process_time()

    def after_step(self, run: Run) -> None:
        """Set the rate of the next step, or end the run."""
        spent = min((time.process_time() - self.began) / self.seconds, 1.0)
        rate = TOP * min(1.0, (run.step + 1) / self.warm_up) * (1 + math.cos(math.pi * spent)) / 2
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        run.stop = run.stop or spent >= 1.0


def model() -> PixelCNN:
    """Return a Gated PixelCNN of 14 x 14 blocks with 16 levels each."""
    levels = Categorical(2 ** (SIDE * SIDE))
    network = GatedStacks(SIDE * SIDE, levels.size, WIDTH, KERNELS, dropout=DROPOUT)
    return PixelCNN(network, levels, (1, 28 // SIDE, 28 // SIDE), Bits(SIDE * SIDE))


def data() -> tuple[Tensor, Tensor, Tensor]:
    """Return ink probabilities to train on, (8500, 1, 28, 28), and binarised blocks to choose by and to measure."""
    ink = mnist("test").x / 255
    with seeded(BINARISED):
        bits = torch.bernoulli(ink[8500:])
    return ink[:8500], to_blocks(bits[:500], SIDE), to_blocks(bits[500:], SIDE)


def train(seed: int, seconds: float = SECONDS) -> tuple[nn.Module, dict[str, Any]]:
    """Train one seed on its budget; return the averaged model and what was measured."""
    ink, valid, test = data()
    with seeded(seed):
        net = model()
        ema = EMA(net, decay=0.998)
        adam = torch.optim.AdamW(net.parameters(), lr=TOP / 100, betas=(0.9, 0.99), weight_decay=0.01)
        clock = Countdown(adam, seconds)
        keep_best = Validate(lambda m: nats(m, valid).mean, 250, ema.module)

        def loss(ink: Tensor) -> Tensor:
            return net.loss(to_blocks(torch.bernoulli(ink), SIDE))

        history = fit(loss, net, batches(ink, BATCH, seed), 10**6, adam, [ClipGradient(10.0), ema, clock, keep_best])
    spent = time.process_time() - clock.began
    result = nats(ema.module, test)
    run = {"seed": seed, "test": result.mean, "standard error": result.standard_error, "valid": keep_best.best}
    return ema.module, run | {"steps": len(history.losses), "best step": keep_best.best_step, "seconds": spent}


def main() -> None:
    """Train the seeds that are asked for, and store each with those that are there."""
    torch.set_num_threads(1)
    for seed in [int(word) for word in sys.argv[1:]] or SEEDS:
        net, run = train(seed)
        print(run, flush=True)
        row = {"model": "Gated PixelCNN over blocks of 2 x 2", "parameters": sum(p.numel() for p in net.parameters())}
        note = (
            "test nats an image, exact, of the last 1,000 of MNIST's 10,000 test images, binarised by one seeded draw; "
            "CPU seconds on one thread, validation included"
        )
        rows = results.joined(NAME, [row | {"runs": [run]}])
        results.write(NAME, rows, [run["seed"] for run in rows[0]["runs"]], note)


if __name__ == "__main__":
    main()
