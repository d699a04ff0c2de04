"""NADE and MADE on handwritten digits: exact test likelihoods of three seeds, and the weights that the page loads.

Run from the root of the book:  python benchmarks/made_digits.py
Each model trains on 1,000 images, is chosen on 350 and measured once on 447; on one thread, in CPU seconds.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import MADE, NADE, OrderingEnsemble
from genbook.autoregressive.orderings import draw_orderings, order_agnostic_loss
from genbook.data import Splits, batches, digits
from genbook.evaluation import Histogram, RasterBigram, Uniform, nats
from genbook.nn import MaskedMLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Output
from genbook.numerics import seeded
from genbook.training import EMA, Schedule, Validate, fit, save_weights

SEEDS = (0, 1, 2)
MIXTURE = DiscretizedLogisticMixture(levels=17, components=5)
GREY, BINARY = digits(), digits(binary=True)


def train(model: nn.Module, loss: Callable[[Tensor], Tensor], data: Splits, steps: int, seed: int) -> dict[str, Any]:
    """Train in place, keep the averaged weights of the best validation score, and return what was measured."""
    ema = EMA(model, decay=0.99)
    keep_best = Validate(lambda m: nats(m, data.valid.x).mean, every=50, module=ema.module)
    adam = torch.optim.AdamW(model.parameters(), lr=2e-3)
    cosine = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))
    history = fit(loss, model, batches(data.train.x, 100, seed), steps, adam, [ema, keep_best, cosine])
    model.load_state_dict(ema.module.state_dict())
    test = nats(model, data.test.x).mean
    return {"seed": seed, "test": test, "valid": keep_best.best, "seconds": history.cpu_seconds}


def made(output: Output, dropout: float = 0.5) -> MADE:
    """Return a MADE with two hidden layers of 512 units and a direct connection."""
    network = MaskedMLP(64, hidden=(512, 512), params=output.size, direct=True, dropout=dropout)
    return MADE(network, output, input_dropout=0.1)


def row(data: Splits, name: str, build: Callable[[], nn.Module], steps: int) -> dict[str, Any]:
    """Train three seeds of a model and return its row of the table."""
    runs = []
    for seed in SEEDS:
        with seeded(seed):
            model = build()
            runs.append(train(model, model.loss, data, steps, seed))
        print(name, runs[-1], flush=True)
    return {"model": name, "runs": runs, "parameters": sum(p.numel() for p in model.parameters())}


def ensemble_row(data: Splits, name: str, output: Output, steps: int, orders: int) -> dict[str, Any]:
    """Train three order-agnostic seeds and return the row of the mixture over `orders` orders."""
    runs = []
    for seed in SEEDS:
        with seeded(seed):
            model = made(output, dropout=0.1)
            run = train(model, lambda x, m=model: order_agnostic_loss(m, x, draw_orderings(4, 64)), data, steps, seed)
            mixture = OrderingEnsemble(model, draw_orderings(orders, 64))
            runs.append(run | {"one order": run["test"], "test": nats(mixture, data.test.x).mean})
        print(name, runs[-1], flush=True)
    return {"model": name, "runs": runs, "parameters": sum(p.numel() for p in model.parameters())}


def baseline(data: Splits, name: str, model: nn.Module) -> dict[str, Any]:
    """Return the row of a model that is counted, not trained."""
    return {"model": name, "runs": [{"test": nats(model, data.test.x).mean}], "parameters": 0}


def save_page_weights() -> None:
    """Train the model that opens the page and store it with its card, measured after rounding to half precision."""
    with seeded(0):
        model = made(MIXTURE)
        train(model, model.loss, GREY, 1500, seed=0)
    model.half().float()
    test = nats(model, GREY.test.x)
    card = {
        "command": "python benchmarks/made_digits.py",
        "model": "MADE, two hidden layers of 512, direct connection, discretised logistic mixture of 5",
        "data": "digits, 17 levels: 1,000 to train, 350 to choose, 447 to test",
        "seed": 0,
        "steps": 1500,
        "metrics": {"test nats": round(test.mean, 4), "standard error": round(test.standard_error, 4), "relation": "="},
    }
    save_weights(model, "made-digits", card, torch.float16)


def main() -> None:
    """Measure every row, then train the weights of the page."""
    torch.set_num_threads(1)
    grey = [
        baseline(GREY, "uniform", Uniform(64, 17)),
        baseline(GREY, "a histogram a pixel", Histogram.fit(GREY.train.x, GREY.valid.x, levels=17)),
        baseline(GREY, "raster bigram", RasterBigram.fit(GREY.train.x, GREY.valid.x, levels=17)),
        row(GREY, "NADE, logistic mixture", lambda: NADE(64, 500, MIXTURE), 1500),
        row(GREY, "MADE, softmax", lambda: made(Categorical(17)), 1500),
        row(GREY, "MADE, logistic mixture", lambda: made(MIXTURE), 1500),
        ensemble_row(GREY, "MADE, logistic mixture, 32 orders mixed", MIXTURE, 5000, 32),
    ]
    binary = [
        baseline(BINARY, "independent pixels", Histogram.fit(BINARY.train.x, BINARY.valid.x, levels=2)),
        row(BINARY, "NADE", lambda: NADE(64, 500, Bernoulli()), 1500),
        row(BINARY, "MADE", lambda: made(Bernoulli()), 2000),
        ensemble_row(BINARY, "MADE, 32 orders mixed", Bernoulli(), 5000, 32),
    ]
    rows = [{"data": "17 levels"} | r for r in grey] + [{"data": "binary"} | r for r in binary]
    results.write("made_digits", rows, SEEDS, note="test nats an image, exact; seconds are CPU seconds of training")
    save_page_weights()


if __name__ == "__main__":
    main()
