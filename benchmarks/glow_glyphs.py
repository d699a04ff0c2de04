"""Glow on glyphs of 16x16 pixels: train it for the page on images, and keep its weights with a card.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/glow_glyphs.py
The ten digits in seven fonts, at 32 grey levels; 10,000 to train, 500 to choose, 1,000 to test.
"""

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook.data import batches, glyphs
from genbook.evaluation import nats
from genbook.flows import Dequantised, Flow, Logit, UniformNoise, glow, start_from_data
from genbook.numerics import dequantise, seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit, save_weights

SEED, STEPS, BATCH, WARM_UP, DRAWS = 0, 1400, 64, 100, 5
SHAPE, LEVELS = (1, 16, 16), 32
CLASSES = "0123456789"


def model() -> Dequantised:
    """Return the model of the page: two scales of six steps each."""
    inner = glow(SHAPE, steps=6, width=48, levels=2)
    return Dequantised(Flow(inner.base, [Logit(0.05), *inner.transform.transforms]), UniformNoise(), SHAPE, LEVELS)


def images(n: int, seed: int) -> Tensor:
    """Return n glyphs of 32 levels, (n, 1, 16, 16)."""
    return (glyphs(n, 16, seed, characters=CLASSES).x // 8).float()


def rate(step: int) -> float:
    """Return a learning rate that climbs for WARM_UP steps while it falls in a straight line to almost nothing."""
    return min(1.0, (step + 1) / WARM_UP) * (1 - 0.98 * min(step / STEPS, 1.0))


def bound(flow: nn.Module, x: Tensor) -> float:
    """Return the bound in nats an image, by DRAWS draws of the noise."""
    return sum(nats(flow, x).mean for _ in range(DRAWS)) / DRAWS


def main() -> None:
    """Train, choose, measure after rounding to half precision, and save."""
    torch.set_num_threads(1)
    train, valid, test = images(10_000, SEED), images(500, SEED + 1), images(1000, SEED + 2)
    with seeded(SEED):
        built = model()
        start_from_data(built.flow, dequantise(train[:256], torch.rand_like(train[:256]), LEVELS))
        ema = EMA(built, decay=0.99)
        keep_best = Validate(lambda m: nats(m, valid).mean, 200, ema.module)
        adam = torch.optim.Adam(built.parameters(), lr=2e-3)
        callbacks = [ClipGradient(50.0), ema, keep_best, Schedule(lambda optimizer: LambdaLR(optimizer, rate))]
        history = fit(built.loss, built, batches(train, BATCH, SEED), STEPS, adam, callbacks)
    rounded = ema.module.half().float().eval()
    with seeded(SEED):
        measured = round(bound(rounded, test), 3)
    card = {
        "command": "python benchmarks/glow_glyphs.py",
        "model": "Glow, 2 scales of 6 steps, conditioners of width 48, logit map with alpha 0.05, uniform noise",
        "data": "glyphs 16x16, the ten digits, 32 levels: 10,000 to train, 500 to choose, 1,000 to test",
        "seed": SEED,
        "steps": keep_best.best_step,
        "metrics": {"test nats, <=": measured},
    }
    save_weights(rounded, "glow-glyphs", card, torch.float16)
    print(card["metrics"], f"{history.cpu_seconds:.0f} CPU s")


if __name__ == "__main__":
    main()
