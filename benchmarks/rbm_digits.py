"""RBMs with 16 hidden units on binarised handwritten digits: exact test likelihoods of three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/rbm_digits.py [seed ...]
Each RBM trains on 1,000 images, is chosen on 350 and measured once on 447; on one thread, in CPU seconds.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.data import batches, digits
from genbook.ebm import RBM, BernoulliVisible, HiddenSum, Persistent, contrastive_divergence
from genbook.evaluation import nats
from genbook.numerics import seeded
from genbook.training import EMA, Run, Schedule, Validate, fit, save_weights

SEEDS = (0, 1, 2)
HIDDEN, STEPS, RATE, DECAY, CHAINS = 16, 8000, 0.01, 0.998, 500
LAST = range(STEPS // 2, STEPS + 1, 250)  # where weights as they are and their average are compared
DATA = digits(binary=True)
Trained = tuple[nn.Module, Callable[[Tensor], Tensor]]


def exact(rbm: RBM, x: Tensor) -> float:
    """Return the exact mean negative log-likelihood in nats."""
    return nats(HiddenSum(rbm), x).mean


def contrastive(rbm: RBM, k: int) -> Trained:
    """Return what is trained, and its loss: CD-k."""
    return rbm, lambda x: contrastive_divergence(rbm, x, k)


def persistent(rbm: RBM, k: int) -> Trained:
    """Return what is trained, and its loss: PCD with CHAINS chains and k steps an update."""
    chains = Persistent(rbm, rbm.sample(CHAINS, steps=1), k)
    return chains, chains.loss


# name -> how to train, and how many Gibbs steps an update
ROWS: dict[str, tuple[Callable[[RBM, int], Trained], int]] = {
    "CD-1": (contrastive, 1),
    "CD-10": (contrastive, 10),
    f"PCD, {CHAINS} chains": (persistent, 1),
}


class Wobble:
    """Callback: notes the test likelihood of the weights as they are, and of their average, late in training.

    Nothing is chosen by it, and its seconds are not counted.
    """

    def __init__(self, rbm: RBM, average: RBM) -> None:
        self.rbm, self.average, self.own = rbm, average, 0.0
        self.points: list[tuple[int, float, float]] = []

    def after_step(self, run: Run) -> None:
        """Measure both."""
        if run.step in LAST:
            start = time.process_time()
            both = exact(self.rbm, DATA.test.x), exact(self.average, DATA.test.x)
            self.points.append((run.step, *both))
            self.own += time.process_time() - start


def train(method: Callable[[RBM, int], Trained], k: int, seed: int) -> tuple[RBM, dict[str, Any]]:
    """Train one seed; return the RBM with its best averaged weights, and what was measured."""
    with seeded(seed):
        rbm = RBM(BernoulliVisible(64), HIDDEN)
        rbm.visible.fit_moments(DATA.train.x)
        module, loss = method(rbm, k)
        ema = EMA(rbm, DECAY)
        keep_best = Validate(lambda m: exact(m, DATA.valid.x), 1000, ema.module)
        wobble = Wobble(rbm, ema.module)
        adam = torch.optim.Adam(module.parameters(), lr=RATE)
        decay = Schedule(lambda optimizer: LambdaLR(optimizer, lambda step: 1 - 0.98 * step / STEPS))
        history = fit(loss, module, batches(DATA.train.x, 100, seed), STEPS, adam, [ema, wobble, keep_best, decay])
    run = {
        "seed": seed,
        "test": exact(ema.module, DATA.test.x),
        "valid": keep_best.best,
        "train": exact(ema.module, DATA.train.x),
        "steps": keep_best.best_step,
        "seconds": history.cpu_seconds - wobble.own,
        "late": wobble.points,
    }
    return ema.module, run


def save_page_weights(rbm: RBM, run: dict[str, Any]) -> None:
    """Store the RBM of the first seed with its card, measured after rounding to half precision."""
    rbm = rbm.half().float()
    card = {
        "command": "python benchmarks/rbm_digits.py",
        "model": f"RBM, 64 Bernoulli visible and {HIDDEN} hidden units, trained by PCD with {CHAINS} chains",
        "data": "digits, a pixel is 1 where its level is at least 8; 1,000 to train, 350 to choose, 447 to test",
        "seed": run["seed"],
        "steps": run["steps"],
        "metrics": {"test nats, =": round(exact(rbm, DATA.test.x), 4)},
    }
    save_weights(rbm, "rbm-digits", card, torch.float16)


def independent() -> dict[str, Any]:
    """Return the row of independent pixels: the same model without hidden units that do anything."""
    rbm = RBM(BernoulliVisible(64), 1, scale=0.0)
    rbm.visible.fit_moments(DATA.train.x)
    return {"model": "independent pixels", "runs": [{"seed": 0, "test": exact(rbm, DATA.test.x)}]}


def main() -> None:
    """Measure row by row, joining what is stored, and keep the weights of the page."""
    torch.set_num_threads(1)
    seeds = tuple(map(int, sys.argv[1:])) or SEEDS
    table = [independent()]
    for name, (method, k) in ROWS.items():
        runs = []
        for seed in seeds:
            rbm, run = train(method, k, seed)
            runs.append(run)
            print(name, {key: value for key, value in run.items() if key != "late"}, flush=True)
            if name.startswith("PCD") and seed == SEEDS[0]:
                save_page_weights(rbm, run)
        table.append({"model": name, "runs": runs})
    results.write("rbm_digits", results.joined("rbm_digits", table), SEEDS, "test nats an image, exact")


if __name__ == "__main__":
    main()
