"""Block Gibbs steps of 1,000 RBM chains: this book against scikit-learn's BernoulliRBM, the same weights.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/rbm_gibbs.py
One thread, CPU seconds, turn by turn in one process. scikit-learn computes in the precision of the data that it was
fitted to, double unless told otherwise; both of its precisions are measured. Where a GPU is present it gets a column.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from sklearn.neural_network import BernoulliRBM

from genbook import results
from genbook.ebm import RBM, BernoulliVisible, block_gibbs
from genbook.numerics import seeded

CHAINS, TURNS, SEED = 1000, 7, 0
SIZES = {(64, 16): 200, (784, 128): 20, (784, 500): 8}  # (visible, hidden): steps a turn


def scikit(rbm: RBM, dtype: type, steps: int) -> Callable[[], Any]:
    """Return a function that makes `steps` Gibbs steps with scikit-learn, with the weights of `rbm`."""
    model = BernoulliRBM(rbm.hidden, random_state=SEED)
    model.components_ = np.ascontiguousarray(rbm.w.detach().T.numpy().astype(dtype))
    model.intercept_hidden_ = rbm.c.detach().numpy().astype(dtype)
    model.intercept_visible_ = rbm.visible.b.detach().numpy().astype(dtype)
    start = np.random.default_rng(SEED).random((CHAINS, rbm.visible.dim)) < 0.5

    def run() -> Any:
        x = start
        for _ in range(steps):
            x = model.gibbs(x)
        return x

    return run


def ours(rbm: RBM, steps: int, device: str) -> Callable[[], Any]:
    """Return a function that makes `steps` Gibbs steps with this book, and waits for the device."""
    rbm = RBM(BernoulliVisible(rbm.visible.dim), rbm.hidden).to(device)
    x = torch.rand(CHAINS, rbm.visible.dim, device=device).round()
    return lambda: block_gibbs(rbm, x, steps).sum().item()


def seconds(f: Callable[[], Any], clock: Callable[[], float]) -> float:
    """Return the time of one call by `clock`."""
    start = clock()
    f()
    return clock() - start


def row(visible: int, hidden: int, steps: int) -> dict[str, Any]:
    """Return chain-steps a second of each way and the ratios, medians over turns."""
    rbm = RBM(BernoulliVisible(visible), hidden)
    ways = {
        "scikit-learn, double": scikit(rbm, np.float64, steps),
        "scikit-learn, single": scikit(rbm, np.float32, steps),
        "genbook": ours(rbm, steps, "cpu"),
    }
    clocks = dict.fromkeys(ways, time.process_time)
    if torch.cuda.is_available():
        ways["genbook, GPU"], clocks["genbook, GPU"] = ours(rbm, 50 * steps, "cuda"), time.perf_counter
    for way in ways.values():
        way()
    turns = [{name: seconds(way, clocks[name]) for name, way in ways.items()} for _ in range(TURNS)]
    rates = {
        name: CHAINS * steps * (50 if "GPU" in name else 1) / statistics.median(turn[name] for turn in turns)
        for name in ways
    }
    against = {
        f"times {name}": [turn[name] / turn["genbook"] for turn in turns] for name in ways if name.startswith("scikit")
    }
    ratios = {name: [statistics.median(r), min(r), max(r)] for name, r in against.items()}
    return {"visible": visible, "hidden": hidden, "chains": CHAINS, "chain-steps a second": rates, **ratios}


def main() -> None:
    """Measure, print and write the result."""
    torch.set_num_threads(1)
    with seeded(SEED), torch.no_grad():
        rows = [row(*size, steps) for size, steps in SIZES.items()]
    for r in rows:
        print(r)
    note = f"median of {TURNS} turns in CPU s (on a GPU, wall s); ratios turn by turn: median, least, most"
    print(results.write("rbm_gibbs", rows, [SEED], note))


if __name__ == "__main__":
    main()
