"""VAEs on handwritten digits of 17 grey levels, trained on the bound and on importance-weighted bounds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/iwae_digits.py [row [seed]]
Rows are numbered from 0 as below; without a number all of them run. Each model trains on 1,000 images, its weights are
chosen on 350 by its own objective and measured once on 447; on one thread, in CPU seconds. All rows have the same
network and the same number of steps; but for the first, all draw the same number of latent vectors for an image.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import batches, digits
from genbook.evaluation import nats_of
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, Validate, fit
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal
from genbook.vae.information import active_units
from genbook.vae.iwae import dreg_loss, effective_sample_size, importance_bound, iwae_loss

SEEDS = (0, 1, 2)
STEPS, BATCH, LATENTS, K, TESTED = 800, 50, 16, 5, 500
MIXTURE = DiscretizedLogisticMixture(levels=17, components=5)
DATA = digits()


def vae() -> VAE:
    """Return the model of every row."""
    encoder = GaussianEncoder(MLP(64, (256, 256), 2 * LATENTS, dropout=0.2), MIXTURE.embed)
    network = MLP(LATENTS, (256, 256), 64 * MIXTURE.size, dropout=0.2)
    return VAE(encoder, FactorizedDecoder(network, MIXTURE, (64,)), StandardNormal(LATENTS))


def averaged(model: VAE, x: Tensor) -> Tensor:
    """Return the loss of the VAE as a mean over K draws an image: less noise, the same bound."""
    return -model.log_weights(x, K).mean()


# name -> loss of model and batch
ROWS: dict[str, Callable[[VAE, Tensor], Tensor]] = {
    "ELBO, one draw": lambda model, x: iwae_loss(model, x, 1),
    "ELBO, mean of 5 draws": averaged,
    "IWAE, 5 draws": lambda model, x: iwae_loss(model, x, K),
    "IWAE by DReG, 5 draws": lambda model, x: dreg_loss(model, x, K),
}


def train(name: str, seed: int) -> tuple[VAE, dict[str, Any]]:
    """Train one seed of a row; return the model with its best averaged weights, and what was measured."""
    loss = ROWS[name]
    with seeded(seed):
        model = vae()
        ema = EMA(model, decay=0.99)
        keep_best = Validate(lambda m: float(loss(m, DATA.valid.x)), 100, ema.module)
        adam = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        callbacks = [ClipGradient(10.0), ema, keep_best, schedule]
        history = fit(lambda x: loss(model, x), model, batches(DATA.train.x, BATCH, seed), STEPS, adam, callbacks)
    run = {"seed": seed, "steps": keep_best.best_step, "seconds": history.cpu_seconds}
    return ema.module.eval(), run | measure(ema.module.eval())


def measure(model: VAE) -> dict[str, float]:
    """Return the bounds on the test images, and what the weights and the latents do."""
    x = DATA.test.x
    with seeded(0), torch.no_grad():
        bounds = {
            f"bound {k}": nats_of(lambda some, k=k: importance_bound(model, some, k), x, "<=", batch_size=64).mean
            for k in (1, K, TESTED)
        }
        elbo = -model.log_weights(x, 20).mean().item()
        effective = effective_sample_size(model.log_weights(x, 100)).mean().item()
        log_likelihood = torch.stack([model.terms(x).log_likelihood.mean() for _ in range(20)]).mean().item()
    active = int(active_units(model, x).sum())
    return bounds | {"elbo": elbo, "effective of 100": effective, "rate": elbo + log_likelihood, "active": active}


def main() -> None:
    """Measure row by row, writing what there is after each."""
    torch.set_num_threads(1)
    names = list(ROWS)[slice(int(sys.argv[1]), int(sys.argv[1]) + 1)] if len(sys.argv) > 1 else list(ROWS)
    seeds = (int(sys.argv[2]),) if len(sys.argv) > 2 else SEEDS
    for name in names:
        for seed in seeds:
            model, run = train(name, seed)
            print(name, run, flush=True)
            row = {"model": name, "parameters": sum(p.numel() for p in model.parameters()), "runs": [run]}
            rows = {r["model"]: r for r in results.joined("iwae_digits", [row])}
            note = "nats an image on the test images; 'bound K' is the importance-weighted bound with K draws"
            results.write("iwae_digits", [rows[n] for n in ROWS if n in rows], SEEDS, note)


if __name__ == "__main__":
    main()
