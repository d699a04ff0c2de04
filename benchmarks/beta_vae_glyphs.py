"""beta-VAEs on a world of glyphs with five known factors: rate, distortion and disentanglement over beta, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/beta_vae_glyphs.py 0 1 2
Seeds by name; the results of several runs join. Rate and distortion are those of 1,000 glyphs that were not trained
on, the scores those of the whole grid of factors; beside each score stands its mean over random rotations of the code.
"""

import math
import sys
import time
from functools import partial

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import batches
from genbook.data.glyphs import Factors, draw_factors, factor_grid, render
from genbook.evaluation import DCI, code_information, dci, factor_entropies, forest_importance, mutual_information_gap
from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli
from genbook.numerics import evaluating, seeded
from genbook.training import ClipGradient, Schedule, fit
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal, gaussian_kl
from genbook.vae.beta_vae import beta_loss, rate_distortion

BETAS = (1 / 16, 1 / 4, 1, 2, 4)
CHARACTERS, LATENTS, SIDE, STEPS, TRAINING, ROTATIONS = "AES", 10, 16, 2000, 8000, 2
NOTE = "nats an image; rate and distortion of held-out glyphs, scores of the grid; CPU seconds of training"
TURN, SMALL, LARGE, SHIFT = math.pi / 4, 0.4, 0.6, 0.2


def world(n: int, seed: int) -> Tensor:
    """Return n binary glyphs of the world, their five factors drawn at random: (n, 1, 16, 16)."""
    drawn = draw_factors(n, seed, CHARACTERS)
    middle = factor_grid()
    wide = drawn._replace(
        font=torch.zeros_like(drawn.font),
        slant=middle.slant.expand(n),
        thickness=torch.zeros(n),
        rotation=3 * drawn.rotation,
        scale=SMALL + (LARGE - SMALL) * (drawn.scale - 0.5) / 0.18,
        x=SHIFT / 0.08 * drawn.x,
        y=SHIFT / 0.08 * drawn.y,
    )
    return binary(wide)


def binary(factors: Factors) -> Tensor:
    """Return glyphs with pixels that are at least half covered set to 1, the others to 0."""
    return (render(factors, SIDE, CHARACTERS) >= 128).float()


def grid() -> tuple[Tensor, Tensor]:
    """Return every combination of three letters and five values of each other factor: (1875, 1, 16, 16), (1875, 5)."""
    five = torch.linspace(-1, 1, 5)
    factors = factor_grid(
        label=torch.arange(3),
        rotation=TURN * five,
        scale=0.5 + 0.1 * five,
        x=0.9 * SHIFT * five,
        y=0.9 * SHIFT * five,
        thickness=torch.zeros(1),
    )
    return binary(factors), torch.cartesian_prod(torch.arange(3), *[torch.arange(5)] * 4)


def new_model() -> VAE:
    """Return an untrained VAE with ten latent variables and two hidden layers on either side."""
    decoder = FactorizedDecoder(MLP(LATENTS, (128, 256), SIDE**2), Bernoulli(), (1, SIDE, SIDE))
    encoder = GaussianEncoder(MLP(SIDE**2, (256, 128), 2 * LATENTS), Bernoulli().embed)
    return VAE(encoder, decoder, StandardNormal(LATENTS), gaussian_kl)


def train(model: VAE, beta: float, x: Tensor, seed: int) -> float:
    """Minimise the beta loss; return the CPU seconds."""
    optimizer = torch.optim.AdamW(model.parameters(), 2e-3, weight_decay=0.01)
    callbacks = [ClipGradient(10.0), Schedule(partial(CosineAnnealingLR, T_max=STEPS))]
    loss = partial(beta_loss, model, beta=beta)
    return fit(loss, model, batches(x, 64, seed), STEPS, optimizer, callbacks).cpu_seconds


def scores(mean: Tensor, scale: Tensor, factors: Tensor) -> tuple[float, DCI]:
    """Return MIG and DCI of a Gaussian code of the grid."""
    gap = mutual_information_gap(code_information(mean, scale, factors), factor_entropies(factors))
    return gap, dci(*forest_importance(mean, factors))


def measure(model: VAE, held_out: Tensor) -> dict[str, float]:
    """Return rate and distortion on held-out glyphs, and the scores of the code and of rotations of it."""
    x, factors = grid()
    rate, distortion = (float(term.mean()) for term in rate_distortion(model, held_out))
    q = model.encoder(x)
    gap, (disentanglement, completeness, informativeness) = scores(q.mean, q.scale, factors)
    turned = []
    for _ in range(ROTATIONS):
        r = torch.linalg.qr(torch.randn(LATENTS, LATENTS)).Q
        turned.append(scores(q.mean @ r.T, (q.scale.square() @ r.T.square()).sqrt(), factors))
    return {
        "rate": rate,
        "distortion": distortion,
        "MIG": gap,
        "disentanglement": disentanglement,
        "completeness": completeness,
        "informativeness": informativeness,
        "MIG, rotated": sum(t[0] for t in turned) / ROTATIONS,
        "disentanglement, rotated": sum(t[1].disentanglement for t in turned) / ROTATIONS,
        "active": int((q.mean.var(0) > 0.01).sum()),
    }


def trial(beta: float, seed: int, train_x: Tensor, held_out: Tensor) -> dict[str, float]:
    """Train one model and measure it."""
    with seeded(seed):
        model = new_model()
        seconds = train(model, beta, train_x, seed)
        with evaluating(model), torch.no_grad():
            run = {"seed": seed, **measure(model, held_out), "seconds": round(seconds, 1)}
    print(beta, run, f"{time.process_time():.0f} s so far", flush=True)
    return run


def main() -> None:
    """Train and measure every beta for the seeds on the command line."""
    torch.set_num_threads(1)
    train_x, held_out = world(TRAINING, 0), world(1000, 1)
    for seed in map(int, sys.argv[1:]):
        rows = [
            {"model": f"beta = {beta:g}", "beta": beta, "runs": [trial(beta, seed, train_x, held_out)]}
            for beta in BETAS
        ]
        results.write("beta_vae_glyphs", results.joined("beta_vae_glyphs", rows), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
