"""Conditional GANs on glyphs of digits: the class beside the image, as an auxiliary head, and projected; three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/cgan_glyphs.py projection 0
Kind of game and seeds by name; the results of several runs join. Data, judge and measures are those of
`cvae_glyphs.py`. All games have the same generator, the same spectrally normalised features in the critic and the
hinge loss. The generator of the projection game, seed 0, is what the page loads: `cgan-glyphs` among the weights.
"""

import sys
from functools import partial

import torch
from cvae_glyphs import CLASSIFIER, DIGITS, grey, seen_as, within_classes
from dcgan_glyphs import BATCH, LATENTS, WIDTH, levels
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization
from torch.optim.lr_scheduler import LinearLR

from genbook import results
from genbook.data import Labelled, batches
from genbook.evaluation import frechet_distance
from genbook.gan import (
    ACGAN,
    CGAN,
    AuxiliaryCritic,
    ConditionalGenerator,
    DCGANCritic,
    DCGANFeatures,
    DCGANGenerator,
    Hinge,
    JoinedCritic,
    ProjectionCritic,
    SpectralNorm,
    spectrally_normalised,
)
from genbook.nn import StandardNormal
from genbook.numerics import seeded
from genbook.training import EMA, Player, Schedule, fit_adversarial, save_weights

CLASSES, FEATURES, STEPS = len(DIGITS), 16, 1500
NOTE = "CPU seconds of training; shares of 4,000 draws, 400 a class on average"


def generator() -> ConditionalGenerator:
    """Return an untrained generator of digits given their class."""
    return ConditionalGenerator(DCGANGenerator(LATENTS + FEATURES, WIDTH), CLASSES, FEATURES)


def joined() -> CGAN:
    """Return the game whose critic sees the class as a second channel."""
    critic = spectrally_normalised(JoinedCritic(DCGANCritic(WIDTH, channels=2, normalise=False), CLASSES, 1, 28, 28))
    return CGAN(generator(), critic, StandardNormal(LATENTS), Hinge())


def auxiliary() -> ACGAN:
    """Return the game with a second head that names the class; that head's logits are not bounded."""
    features = DCGANFeatures(WIDTH, normalise=False)
    critic = AuxiliaryCritic(spectrally_normalised(features), features.outputs, CLASSES)
    spectrally_normalised(critic.score)
    return ACGAN(generator(), critic, StandardNormal(LATENTS), Hinge())


def projection() -> CGAN:
    """Return the game whose critic projects its features on a vector a class, which is normalised as a matrix too."""
    features = DCGANFeatures(WIDTH, normalise=False)
    critic = spectrally_normalised(ProjectionCritic(features, features.outputs, CLASSES))
    register_parametrization(critic.table, "weight", SpectralNorm(critic.table.weight))
    return CGAN(generator(), critic, StandardNormal(LATENTS), Hinge())


GAMES = {"joined": joined, "auxiliary": auxiliary, "projection": projection}
TITLES = {"joined": "cGAN, joined", "auxiliary": "AC-GAN", "projection": "cGAN, projection"}


def play(gan: CGAN | ACGAN, data: Labelled, steps: int, seed: int) -> tuple[nn.Module, float]:
    """Train on images in [-1, 1]; return the averaged generator in evaluation mode and the CPU seconds."""
    adam = partial(torch.optim.Adam, betas=(0.5, 0.999))

    def noise(n: int) -> tuple[Tensor, Tensor]:
        return gan.latent.sample(n), torch.randint(CLASSES, (n,))

    def critic_loss(batch: Labelled, drawn: tuple[Tensor, Tensor]) -> Tensor:
        return gan.critic_loss(batch.x, drawn[0], c=batch.y)

    def generator_loss(drawn: tuple[Tensor, Tensor]) -> Tensor:
        return gan.generator_loss(drawn[0], c=drawn[1])

    critic = Player(gan.critic, critic_loss, adam(gan.critic.parameters(), 1e-3))
    player = Player(gan.generator, generator_loss, adam(gan.generator.parameters(), 2e-3))
    fade = [Schedule(LinearLR(p.optimizer, 1.0, 0.02, steps)) for p in (critic, player)]
    average = EMA(gan.generator, 0.99)
    history = fit_adversarial(critic, player, batches(data, BATCH, seed), noise, steps, callbacks=[average, *fade])
    return average.module, history.cpu_seconds


def measured(images: Labelled, other: Labelled, test: Labelled) -> dict[str, float]:
    """Return what the judge says of images of known classes, with 17 levels, beside real ones."""
    probability = CLASSIFIER(images.x * 255 / 16).softmax(1).gather(1, images.y[:, None])[:, 0]
    features, real = (CLASSIFIER.features(x * 255 / 16) for x in (images.x, test.x))
    return {
        "agree": float((seen_as(images.x, DIGITS) == images.y).float().mean()),
        "easy": float((probability > 0.99).float().mean()),
        "frechet": frechet_distance(features, real),
        **within_classes(test, other, images),
    }


def trial(kind: str, seed: int) -> list[dict]:
    """Train and measure one game."""
    data, other, test = (grey(n, s, DIGITS) for n, s in ((8000, 0), (4000, 1), (4000, 2)))
    with seeded(seed):
        gan = GAMES[kind]()
        average, seconds = play(gan, Labelled(data.x / 8 - 1, data.y), STEPS, seed)
    gan.generator = average.half().float()
    with seeded(100 + seed):
        row = measured(Labelled(levels(gan.sample(4000, c=test.y)), test.y), other, test)
    if (kind, seed) == ("projection", 0):
        card = {
            "command": f"python benchmarks/cgan_glyphs.py {kind} {seed}",
            "seed": seed,
            "steps": STEPS,
            "data": "8,000 glyphs of digits with their classes, 28 x 28, 17 levels",
            "precision": "half; metrics of the rounded weights",
            "metrics": {"share of 4,000 draws seen as the class asked for": round(row["agree"], 4)},
        }
        save_weights(gan.generator, "cgan-glyphs", card, torch.float16)
    rows = {TITLES[kind]: row | {"seconds": seconds}, "other real glyphs": measured(other, other, test)}
    return [{"model": name, "runs": [{"seed": seed, **values}]} for name, values in rows.items()]


def main() -> None:
    """Train and measure one kind of game for the seeds on the command line."""
    torch.set_num_threads(1)
    kind, *seeds = sys.argv[1:]
    for seed in map(int, seeds):
        table = trial(kind, seed)
        print(table, flush=True)
        results.write("cgan_glyphs", results.joined("cgan_glyphs", table), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
