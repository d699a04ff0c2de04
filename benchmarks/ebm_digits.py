"""Deep energies on handwritten digits: replayed chains and short runs, three seeds each.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/ebm_digits.py
Both rows train the same network on 1,000 digits, scaled to [-1, 1] and blurred a little, with 20 cold Langevin steps an
update. The weights after a fixed number of updates are measured once; nothing is chosen on test data.
"""

from collections.abc import Callable
from functools import partial
from string import ascii_uppercase
from typing import Any

import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import batches, digits, glyphs
from genbook.ebm import EnergyModel, Replay, ShortRun
from genbook.evaluation import digit_classifier, frechet_distance
from genbook.nn import MLP
from genbook.numerics import seeded
from genbook.numerics.mcmc import langevin
from genbook.protocols import HasEnergy
from genbook.training import EMA, ClipGradient, Schedule, fit

SEEDS = (0, 1, 2)
UPDATES, CHAINS, BATCH = 2000, 1000, 64
STEP, LENGTH, NOISE, BLUR = 0.05, 20, 0.05, 0.1
SURE = 0.9  # of the classifier, before a draw counts as recognised
DATA = digits()


def scaled(x: Tensor) -> Tensor:
    """Map grey levels 0, ..., 16 to [-1, 1]."""
    return x / 8 - 1


def levels(x: Tensor) -> Tensor:
    """Map [-1, 1] back to whole grey levels."""
    return ((x.clamp(-1, 1) + 1) * 8).round()


def start(n: int) -> Tensor:
    """Uniform noise, in which no chain knows a digit."""
    return 2 * torch.rand(n, 64) - 1


def short_run(model: EnergyModel) -> ShortRun:
    """Chains that begin anew at every update."""
    return ShortRun(model, start, STEP, LENGTH, NOISE)


def replay(model: EnergyModel) -> Replay:
    """Chains that go on, one in twenty begun anew."""
    kernel = partial(langevin, step_size=STEP, steps=LENGTH, noise=NOISE)
    return Replay(model, kernel, start(CHAINS), start, restart=0.05)


ROWS: dict[str, Callable[[EnergyModel], ShortRun | Replay]] = {
    "replayed chains": replay,
    "short runs of 20 steps": short_run,
}


def outsiders(x: Tensor) -> dict[str, Tensor]:
    """Return what is not a handwritten digit, each as many rows of 64 grey levels as x has."""
    letters = glyphs(len(x), size=8, characters=ascii_uppercase).x.flatten(1)
    return {
        "printed letters": (letters / 255 * 16).round(),
        "uniform noise": torch.randint(17, x.shape).float(),
        "digits with pixels permuted": x[:, torch.randperm(64)],
    }


@torch.no_grad()
def measured(model: HasEnergy, drawn: Tensor) -> dict[str, float]:
    """Return the quality of drawn images, and how well the energy tells test digits from outsiders."""
    test, classifier = DATA.test.x, digit_classifier()
    inside = model.energy(scaled(test))
    row = {
        "sure": float((classifier(drawn).softmax(1).amax(1) > SURE).float().mean()),
        "Frechet": frechet_distance(classifier.features(drawn), classifier.features(test)),
    }
    for name, x in outsiders(test).items():
        energy = torch.cat([inside, model.energy(scaled(x))])
        row[f"AUROC, {name}"] = float(roc_auc_score([0] * len(test) + [1] * len(x), energy))
    return row


def train(name: str, seed: int) -> dict[str, Any]:
    """Train one seed of a row and measure what its chains draw, begun at noise or kept, and its energy."""
    with seeded(seed):
        model = EnergyModel(MLP(64, (256, 256), 1), (64,), spread=1.0)
        player = ROWS[name](model)
        ema = EMA(model, decay=0.99)
        adam = torch.optim.Adam(model.parameters(), lr=2e-3, betas=(0.5, 0.99))
        cosine = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, UPDATES))

        def loss(batch: Any) -> Tensor:
            x = scaled(batch.x)
            return player.loss(x + BLUR * torch.randn_like(x))

        data = batches(DATA.train, BATCH, seed)
        history = fit(loss, player, data, UPDATES, adam, [ClipGradient(1.0), ema, cosine])
        n = len(DATA.test.x)
        drawn = player.chains[:n] if isinstance(player, Replay) else short_run(ema.module).sample(n)
        return {"seed": seed, "seconds": history.cpu_seconds, **measured(ema.module, levels(drawn))}


def reference() -> dict[str, Any]:
    """Return the same numbers for real digits, and for an energy that knows mean and variance of every pixel only."""
    x, classifier = DATA.train.x, digit_classifier()
    mean, variance = scaled(x).mean(0), scaled(x).var(0) + BLUR**2

    class Pixels:
        def energy(self, x: Tensor) -> Tensor:
            return ((x - mean).square() / (2 * variance)).sum(1)

    with seeded(0):
        row = measured(Pixels(), x[: len(DATA.test.x)])
    with torch.no_grad():
        sure = float((classifier(DATA.valid.x).softmax(1).amax(1) > SURE).float().mean())
    return {"seed": 0, **row, "sure": sure}


def main() -> None:
    """Measure row by row, writing what there is after each."""
    torch.set_num_threads(1)
    table = [{"model": "real digits; a Gaussian a pixel", "runs": [reference()]}]
    for name in ROWS:
        runs = [train(name, seed) for seed in SEEDS]
        print(name, runs, flush=True)
        table.append({"model": name, "runs": runs})
        note = "sure: share of draws to which the classifier gives a class with at least 90 %; seconds are CPU seconds"
        results.write("ebm_digits", table, SEEDS, note)


if __name__ == "__main__":
    main()
