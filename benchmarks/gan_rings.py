"""Mode collapse on a ring of 8 and a grid of 25 Gaussians: the plain game and every remedy, five seeds each.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/gan_rings.py ring 0   (ring or grid; seeds by name)
Results of several runs join. All rows share the networks (but for what the remedy changes), the batches, Adam, its
linearly falling step size and the number of rounds; what is counted is 2,500 draws of the averaged generator.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.data import batches
from genbook.data.toys import eight_gaussians, grid_gaussians
from genbook.gan import (
    GAN,
    ClassCritic,
    Examples,
    FeatureCritic,
    FeatureMatching,
    GradientPenalty,
    Hinge,
    HistoricalAveraging,
    MinibatchFeatures,
    Minimax,
    NonSaturating,
    OneSidedSmoothing,
    Supervised,
    Unrolled,
    Wasserstein,
    batch_norm_mlp,
    coverage,
    spectrally_normalised,
)
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded
from genbook.training import EMA, Player, Schedule, fit_adversarial

SEEDS = (0, 1, 2, 3, 4)
NOISE = {"ring": 0.1, "grid": 0.07}
TOYS = {"ring": eight_gaussians(1.5, NOISE["ring"]), "grid": grid_gaussians(5, 1.0, NOISE["grid"])}
ROUNDS, BATCH, WIDTH, SIZE, LABELS = 2000, 128, 32, 5e-3, 10
NOTE = (
    f"2,500 draws of the averaged generator; good: within 3 standard deviations of a mode; covered: 20 good draws; "
    f"{ROUNDS} rounds of {BATCH} rows; seconds are CPU seconds of training"
)
Labelled = tuple[Tensor, Tensor]


def body() -> nn.Module:
    """Return the hidden layers of a critic, (B, 2) -> (B, WIDTH)."""
    return nn.Sequential(nn.Linear(2, WIDTH), nn.Tanh(), nn.Linear(WIDTH, WIDTH), nn.Tanh())


def players(critic: nn.Module | None = None) -> tuple[nn.Module, nn.Module, StandardNormal]:
    """Return a generator, a critic and the noise."""
    generator = MLP(2, (WIDTH, WIDTH), 2, nn.Tanh)
    return generator, FeatureCritic(body(), WIDTH) if critic is None else critic, StandardNormal(2)


def lipschitz_critic() -> nn.Module:
    """Return a critic whose layers are spectrally normalised."""
    critic = FeatureCritic(body(), WIDTH)
    spectrally_normalised(critic)
    return critic


def few_labels(x: Tensor, y: Tensor) -> Labelled:
    """Return the first `LABELS` examples of every class."""
    chosen = torch.cat([(y == k).nonzero()[:LABELS, 0] for k in range(int(y.max()) + 1)])
    return x[chosen], y[chosen]


def k_plus_1(x: Tensor, y: Tensor) -> GAN:
    """Return the semi-supervised game with ten labels a mode."""
    critic = ClassCritic(body(), WIDTH, int(y.max()) + 1)
    return GAN(*players(critic), NonSaturating(), Supervised(*few_labels(x, y)))


def minibatch(x: Tensor, y: Tensor) -> GAN:
    """Return the game of a critic that compares the rows of a batch."""
    critic = FeatureCritic(nn.Sequential(body(), MinibatchFeatures(WIDTH, kernels=4, dim=2)), WIDTH + 4)
    return GAN(*players(critic), NonSaturating())


ROWS: dict[str, Callable[[Tensor, Tensor], GAN]] = {
    "plain, minimax": lambda x, y: GAN(*players(), Minimax()),
    "plain, non-saturating": lambda x, y: GAN(*players(), NonSaturating()),
    "feature matching": lambda x, y: FeatureMatching(*players(), NonSaturating(), Examples(x)),
    "K+1 classes, 10 labels a mode": k_plus_1,
    "minibatch features": minibatch,
    "batch norm in D": lambda x, y: GAN(
        *players(FeatureCritic(batch_norm_mlp(2, (WIDTH, WIDTH)), WIDTH)), NonSaturating()
    ),
    "historical averaging": lambda x, y: HistoricalAveraging(*players(), NonSaturating(), 1e-3),
    "one-sided smoothing": lambda x, y: GAN(*players(), OneSidedSmoothing(0.9)),
    "unrolling, 3 steps": lambda x, y: Unrolled(*players(), NonSaturating(), Examples(x), 3, 0.03),
    "WGAN-GP": lambda x, y: GAN(*players(), Wasserstein(), GradientPenalty(0.1)),
    "hinge, spectral norm": lambda x, y: GAN(*players(lipschitz_critic()), Hinge()),
}


def train(build: Callable[[Tensor, Tensor], GAN], toy: str, seed: int) -> dict[str, Any]:
    """Play one game and count its modes."""
    truth = TOYS[toy]
    with seeded(seed):
        x = truth.sample(20_000)
        gan = build(x, truth.responsibilities(x).argmax(1))
        ema = EMA(gan.generator, 0.99)
        critic, generator = (
            Player(module, loss, torch.optim.Adam(module.parameters(), lr=SIZE, betas=(0.5, 0.9)))
            for module, loss in ((gan.critic, gan.critic_loss), (gan.generator, gan.generator_loss))
        )
        falling = [Schedule(LambdaLR(player.optimizer, lambda k: 1 - k / ROUNDS)) for player in (critic, generator)]
        data = batches(x, BATCH, seed)
        history = fit_adversarial(critic, generator, data, gan.latent.sample, ROUNDS, callbacks=[ema, *falling])
        with torch.no_grad():
            drawn = ema.module(gan.latent.sample(2500))
    found = coverage(drawn, truth.means, NOISE[toy])
    return {"seed": seed, "covered": found.covered, "good": found.good, "seconds": history.cpu_seconds}


def main() -> None:
    """Measure the named toy and seeds (default: all), joining what was measured before."""
    torch.set_num_threads(1)
    toys = [sys.argv[1]] if len(sys.argv) > 1 else list(TOYS)
    seeds = [int(word) for word in sys.argv[2:]] or list(SEEDS)
    for toy in toys:
        for seed in seeds:
            rows = [{"model": name, "runs": [train(build, toy, seed)]} for name, build in ROWS.items()]
            results.write(f"gan_{toy}", results.joined(f"gan_{toy}", rows), SEEDS, NOTE)


if __name__ == "__main__":
    main()
