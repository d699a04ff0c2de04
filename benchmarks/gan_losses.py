"""What each loss of the game does on the ring of eight modes: modes covered and share of good draws.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/gan_losses.py [SEED ...]
Every row has the same networks, optimisers and number of updates. The columns differ in the penalty on
the critic's slope at the data: none, or R1. The energy-based game has an autoencoder for a critic, with and without
repulsion; there the columns carry those names.
"""

import sys
from itertools import product

import torch
from torch import nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.data import batches
from genbook.data.toys import eight_gaussians
from genbook.gan import (
    EBGAN,
    FGAN,
    GAN,
    KULLBACK_LEIBLER,
    PEARSON,
    R1,
    REVERSE_KULLBACK_LEIBLER,
    SQUARED_HELLINGER,
    AutoencoderEnergy,
    Hinge,
    LeastSquares,
    Minimax,
    MLPCritic,
    NonSaturating,
    Objective,
    Wasserstein,
    cosine_repulsion,
    coverage,
)
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded
from genbook.training import Player, Schedule, fit_adversarial

STEPS, BATCH, WIDTH, NOISE, LR = 2000, 128, 64, 0.1, 1e-3
RING = eight_gaussians(2.0, NOISE)
OBJECTIVES: dict[str, Objective] = {
    "minimax": Minimax(),
    "non-saturating": NonSaturating(),
    "least squares, codes 1, 0, 1": LeastSquares(),
    "least squares, codes 1, -1, 0": LeastSquares(1.0, -1.0, 0.0),
    "hinge": Hinge(),
    "difference of means": Wasserstein(),
    "f-GAN, KL": FGAN(KULLBACK_LEIBLER),
    "f-GAN, reverse KL": FGAN(REVERSE_KULLBACK_LEIBLER),
    "f-GAN, Pearson": FGAN(PEARSON),
    "f-GAN, squared Hellinger": FGAN(SQUARED_HELLINGER),
}
PENALTIES = {"none": None, "R1": R1(0.1)}
REPULSIONS = {"no repulsion": 0.0, "repulsion 0.1": 0.1, "repulsion 1": 1.0}


def player(module: nn.Module, loss_fn) -> Player:
    """A player with the optimiser that all share."""
    return Player(module, loss_fn, torch.optim.Adam(module.parameters(), LR, betas=(0.5, 0.9)))


def train(gan: nn.Module, seed: int) -> dict[str, float]:
    """Play, and count; a run that leaves the finite numbers is reported as what it is."""
    critic, generator = player(gan.critic, gan.critic_loss), player(gan.generator, gan.generator_loss)
    falling = [Schedule(LambdaLR(p.optimizer, lambda step: 1 - step / STEPS)) for p in (critic, generator)]
    x = batches(RING.sample(20_000), BATCH, seed)
    try:
        history = fit_adversarial(critic, generator, x, gan.latent.sample, STEPS, callbacks=falling)
    except FloatingPointError as error:
        return {"seed": seed, "failed": str(error)}
    drawn = gan.sample(2500)
    found = coverage(drawn, RING.means, NOISE)
    row = {"seed": seed, "covered": found.covered, "good": found.good, "seconds": history.cpu_seconds}
    if isinstance(gan, EBGAN):
        with torch.no_grad():
            row["cosine"] = cosine_repulsion(gan.critic.encoder(drawn)).item()
    return row


def generator() -> MLP:
    """The generator that all rows share."""
    return MLP(2, (WIDTH, WIDTH), 2, nn.ReLU)


def energy(repulsion: float) -> EBGAN:
    """An energy-based game of about the same size."""
    critic = AutoencoderEnergy(MLP(2, (WIDTH,), 16, nn.LeakyReLU), MLP(16, (WIDTH,), 2, nn.LeakyReLU))
    return EBGAN(generator(), critic, StandardNormal(2), margin=1.0, repulsion=repulsion)


def main(seeds: list[int]) -> None:
    """Measure game by game, writing what there is after each."""
    torch.set_num_threads(1)
    games = {
        f"{loss} | {name}": lambda objective=objective, penalty=penalty: GAN(
            generator(), MLPCritic(2, (WIDTH, WIDTH)), StandardNormal(2), objective, penalty
        )
        for (loss, objective), (name, penalty) in product(OBJECTIVES.items(), PENALTIES.items())
    }
    games |= {f"energy-based | {name}": lambda weight=weight: energy(weight) for name, weight in REPULSIONS.items()}
    for (name, build), seed in product(games.items(), seeds):
        with seeded(seed):
            run = train(build(), seed)
        print(name, run, flush=True)
        table = results.joined("gan_losses", [{"model": name, "runs": [run]}])
        note = "covered: modes with at least 20 good draws of 2,500; good: share within 3 standard deviations of a mode"
        results.write("gan_losses", table, (0, 1, 2), note)


if __name__ == "__main__":
    main([int(seed) for seed in sys.argv[1:]] or [0, 1, 2])
