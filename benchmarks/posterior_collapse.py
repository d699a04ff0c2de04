"""Posterior collapse on handwritten digits: a PixelCNN as the decoder of a VAE, and the remedies, in one table.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/posterior_collapse.py [seed [row ...]]
Rows are numbered from 0 as below; row 0 goes first. Each model trains on 1,000 images, its weights are chosen on 350 by
its own objective and measured once on 447; on one thread, in CPU seconds. A PixelCNN trains alone; the VAEs whose
decoder has its window start from it, so that the decoder is strong from the first step, and hear z at first not at all.
"""

import sys
from collections.abc import Callable
from copy import deepcopy
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.autoregressive import GatedStacks, LocatedStacks, PixelCNN, Thermometer
from genbook.data import batches, digits
from genbook.evaluation import nats, nats_of
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit, save_weights
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from genbook.vae.autoregressive_decoder import AutoregressiveDecoder
from genbook.vae.delta_vae import AR1, ar1_kl
from genbook.vae.information import active_units, information
from genbook.vae.iwae import importance_bound
from genbook.vae.posterior_collapse import constant, free_bits_loss, linear_warm_up, weighted, weighted_loss

SEEDS = (0, 1, 2)
ALONE, STEPS, BATCH, LATENTS, MAPS = 1200, 400, 50, 16, 8
FLOOR, GROUPS = 1.25, 4  # nats a group of four: chosen so that the rate on the validation images exceeds 4
ALPHA, LENGTH, CHANNELS = 0.8, 8, 2  # a floor of 3.99 nats
WINDOW, LOCAL, WIDTH, DROPOUT = (7, 7), (3,), 20, 0.2
DRAWS = 16  # of the importance-weighted bound
MIXTURE, CODE, SHAPE = DiscretizedLogisticMixture(levels=17, components=5), Thermometer(17), (1, 8, 8)
DATA = digits()


def encoder() -> GaussianEncoder:
    """Return the encoder that all rows share; without dropout, so that a rate is the same in training and after."""
    return GaussianEncoder(MLP(64, (256, 256), 2 * LATENTS), MIXTURE.embed)


def chained(kernels: tuple[int, ...]) -> AutoregressiveDecoder:
    """Return a PixelCNN that hears z at every pixel; `kernels` decide how far it sees."""
    network = LocatedStacks(CODE.size, MIXTURE.size, MAPS, WIDTH, kernels, dropout=DROPOUT)
    maps = nn.Sequential(MLP(LATENTS, (128,), MAPS * 64, dropout=0.2), nn.Unflatten(1, (MAPS, 8, 8)))
    return AutoregressiveDecoder(maps, PixelCNN(network, MIXTURE, SHAPE, CODE), (64,))


def strong(kernels: tuple[int, ...] = WINDOW) -> VAE:
    """Return a VAE whose decoder sees the pixels before."""
    return VAE(encoder(), chained(kernels), StandardNormal(LATENTS), gaussian_kl)


def delta() -> VAE:
    """Return the same with a prior whose neighbours correlate."""
    return VAE(encoder(), chained(WINDOW), AR1(ALPHA, LENGTH, CHANNELS), ar1_kl)


def plain() -> VAE:
    """Return a VAE whose decoder sees z alone."""
    decoder = FactorizedDecoder(MLP(LATENTS, (256, 256), 64 * MIXTURE.size, dropout=0.2), MIXTURE, (64,))
    return VAE(encoder(), decoder, StandardNormal(LATENTS), gaussian_kl)


def alone() -> PixelCNN:
    """Return the PixelCNN without a latent variable."""
    return PixelCNN(GatedStacks(CODE.size, MIXTURE.size, WIDTH, WINDOW, dropout=DROPOUT), MIXTURE, SHAPE, CODE)


Loss = Callable[[Any, Any], Tensor]
BOUND: Loss = lambda model, x: model.loss(x)  # noqa: E731
FREE: Loss = partial(free_bits_loss, floor=FLOOR, groups=GROUPS)

# name -> model, loss of model and batch, weight of the divergence by the step (None where the loss takes x alone),
# steps, and whether the decoder starts as the PixelCNN of the first row
Row = tuple[Callable[[], Any], Loss, Callable[[int], float] | None, int, bool]
ROWS: dict[str, Row] = {
    "PixelCNN alone, no z": (alone, BOUND, None, ALONE, False),
    "pixels independent given z": (plain, BOUND, None, ALONE, False),
    "PixelCNN decoder": (strong, BOUND, None, STEPS, True),
    "KL annealed": (strong, weighted_loss, linear_warm_up(STEPS // 2), STEPS, True),
    "free bits": (strong, FREE, None, STEPS, True),
    "delta-VAE": (delta, BOUND, None, STEPS, True),
    "beta = 0.3": (strong, weighted_loss, constant(0.3), STEPS, True),
    "decoder sees only its neighbours": (partial(strong, LOCAL), BOUND, None, ALONE, False),
}


def objective(loss: Loss, schedule: Callable[[int], float] | None) -> Callable[[Any], float]:
    """Return what training minimises at its end, on the validation images: model -> nats."""
    x = DATA.valid.x
    batch = x if schedule is None else (x, x.new_full((len(x),), schedule(STEPS)))
    return lambda model: float(loss(model, batch))


def train(name: str, seed: int, start: PixelCNN | None) -> tuple[Any, dict[str, Any]]:
    """Train one seed of a row; return the model with its best averaged weights, and what was measured."""
    build, loss, schedule, steps, from_start = ROWS[name]
    with seeded(seed):
        model = build()
        if from_start:
            model.decoder.model.load_state_dict(start.state_dict(), strict=False)
        ema = EMA(model, decay=0.99)
        keep_best = Validate(objective(loss, schedule), 50, ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.01)
        schedules = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))
        data = batches(DATA.train.x, BATCH, seed)
        data = data if schedule is None else weighted(data, schedule)
        callbacks = [ClipGradient(5.0), ema, keep_best, schedules]
        history = fit(lambda batch: loss(model, batch), model, data, steps, adam, callbacks)
    run = {"seed": seed, "steps": keep_best.best_step, "seconds": history.cpu_seconds}
    model = ema.module.eval()
    if isinstance(model, VAE):
        with torch.no_grad(), seeded(0):
            run["valid rate"] = model.terms(DATA.valid.x).kl.mean().item()
    return model, run | measure(model)


def measure(model: Any) -> dict[str, float]:
    """Return all that the table holds, on the test images."""
    x = DATA.test.x
    if isinstance(model, PixelCNN):
        return {"test, exact": nats(model, x).mean}
    with seeded(0):
        parts = information(model, x, draws=5)
        bound = nats_of(lambda some: importance_bound(model, some, DRAWS), x, "<=", batch_size=64)
    return parts._asdict() | {
        "elbo": parts.rate + parts.distortion,
        "importance bound": bound.mean,
        "active": int(active_units(model, x).sum()),
    }


def save_page_weights(model: PixelCNN, run: dict[str, Any]) -> None:
    """Store the PixelCNN of the first seed with its card, measured after rounding to half precision."""
    model = model.half().float()
    card = {
        "command": "python benchmarks/posterior_collapse.py 0 0",
        "model": f"Gated PixelCNN, kernels {WINDOW}, width {WIDTH}, thermometer code, logistic mixture of 5",
        "data": "digits, 17 levels; 1,000 to train, 350 to choose, 447 to test",
        "seed": run["seed"],
        "steps": run["steps"],
        "metrics": {"test nats, =": round(nats(model, DATA.test.x).mean, 4)},
    }
    save_weights(model, "collapse-pixelcnn", card, torch.float16)


def main() -> None:
    """Measure row by row, writing what there is after each."""
    torch.set_num_threads(1)
    seeds = (int(sys.argv[1]),) if len(sys.argv) > 1 else SEEDS
    names = [list(ROWS)[int(i)] for i in sys.argv[2:]] or list(ROWS)
    for seed in seeds:
        start, run = train("PixelCNN alone, no z", seed, None)
        if seed == SEEDS[0]:
            save_page_weights(deepcopy(start), run)
        for name in names:
            model, run = (start, run) if name == next(iter(ROWS)) else train(name, seed, start)
            print(name, run, flush=True)
            row = {"model": name, "parameters": sum(p.numel() for p in model.parameters()), "runs": [run]}
            rows = {r["model"]: r for r in results.joined("posterior_collapse", [row])}
            note = "nats an image on the test images; -elbo = rate + distortion; seconds are CPU seconds of training"
            results.write("posterior_collapse", [rows[n] for n in ROWS if n in rows], SEEDS, note)


if __name__ == "__main__":
    main()
