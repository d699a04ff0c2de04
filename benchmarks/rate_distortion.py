"""The rate-distortion curve of a VAE on handwritten digits: one training a beta, for the live figure and its page.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/rate_distortion.py [seed ...]
Each model trains on 1,000 images with the weight beta on the divergence, its weights are chosen on 350 by that
objective, and rate and distortion are measured once on 447. The models of the first seed also draw the pictures.
"""

import json
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import batches, digits
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from genbook.vae.information import active_units, information
from genbook.vae.posterior_collapse import constant, weighted, weighted_loss

SEEDS = (0, 1, 2)
BETAS = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STEPS, BATCH, LATENTS, WIDTH, PICTURES = 600, 50, 16, 192, 8
MIXTURE = DiscretizedLogisticMixture(levels=17, components=5)
DATA = digits()
FIGURE = Path(__file__).parents[1] / "book" / "live" / "models" / "rate-distortion.json"


def vae() -> VAE:
    """Return a VAE with a fully connected network on both sides."""
    encoder = GaussianEncoder(MLP(64, (WIDTH, WIDTH), 2 * LATENTS, dropout=0.2), MIXTURE.embed)
    network = MLP(LATENTS, (WIDTH, WIDTH), 64 * MIXTURE.size, dropout=0.2)
    return VAE(encoder, FactorizedDecoder(network, MIXTURE, (64,)), StandardNormal(LATENTS), gaussian_kl)


def train(beta: float, seed: int) -> tuple[VAE, dict[str, Any]]:
    """Train one beta; return the model with its best averaged weights, and what was measured."""
    weight = DATA.valid.x.new_full((len(DATA.valid.x),), beta)
    with seeded(seed):
        model = vae()
        ema = EMA(model, decay=0.99)
        keep_best = Validate(lambda m: float(weighted_loss(m, (DATA.valid.x, weight))), 50, ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        data = weighted(batches(DATA.train.x, BATCH, seed), constant(beta))
        callbacks = [ClipGradient(10.0), ema, keep_best, schedule]
        fit(lambda batch: weighted_loss(model, batch), model, data, STEPS, adam, callbacks)
    model = ema.module.eval()
    with seeded(0):
        parts = information(model, DATA.test.x, draws=20)
    active = int(active_units(model, DATA.test.x).sum())
    return model, {"seed": seed, "steps": keep_best.best_step, "active": active} | parts._asdict()


@torch.no_grad()
def pictures(model: VAE, x: Tensor) -> dict[str, list[list[int]]]:
    """Return mean images: rebuilt from the posterior mean of x, and drawn from the prior, the same z for every beta."""
    with seeded(0):
        z = model.prior.sample(len(x))
    images = {"reconstructions": model.decoder(model.encoder(x).mean).mean(), "samples": model.decoder(z).mean()}
    return {name: image.round().int().tolist() for name, image in images.items()}


def one_of_each(x: Tensor, y: Tensor) -> Tensor:
    """Return the first test image of the first classes."""
    return x[[int((y == label).nonzero()[0, 0]) for label in range(PICTURES)]]


def write_figure(rows: list[dict[str, Any]], drawn: dict[float, dict[str, Any]], originals: Tensor) -> None:
    """Write what the live figure shows: mean rate and distortion over the seeds, and the pictures of the first."""
    points = []
    for row in rows:
        runs = row["runs"]
        mean = {key: round(sum(r[key] for r in runs) / len(runs), 3) for key in ("rate", "distortion", "active")}
        points.append({"beta": row["model"], **mean, **drawn[row["model"]]})
    note = (
        f"digits of 17 levels, 447 test images, nats; mean of {len(rows[0]['runs'])} seeds; pictures of seed {SEEDS[0]}"
    )
    card = {"command": "python benchmarks/rate_distortion.py", "steps": STEPS, "note": note}
    figure = {"card": card, "originals": originals.int().tolist(), "points": points}
    FIGURE.write_text(json.dumps(figure, separators=(",", ":")) + "\n", encoding="utf-8")


def main() -> None:
    """Train every beta on every seed, and write the curve and the pictures."""
    torch.set_num_threads(1)
    seeds = tuple(int(s) for s in sys.argv[1:]) or SEEDS
    originals = one_of_each(*DATA.test)
    drawn: dict[float, dict[str, Any]] = {}
    table = [{"model": beta, "runs": []} for beta in BETAS]
    for seed in seeds:
        for row in table:
            model, run = train(row["model"], seed)
            row["runs"].append(run)
            print(row["model"], run, flush=True)
            if seed == SEEDS[0]:
                drawn[row["model"]] = pictures(model, originals)
    rows = results.joined("rate_distortion", table)
    results.write("rate_distortion", rows, SEEDS, "nats an image on the test images; model is beta")
    if drawn:
        write_figure(rows, drawn, originals)


if __name__ == "__main__":
    main()
