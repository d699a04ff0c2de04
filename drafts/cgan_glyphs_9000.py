"""Conditional GANs on glyphs of digits: the class beside the image, as an auxiliary head, and projected; three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/cgan_glyphs.py 0   (then 1, then 2)
Seeds by name, then games by name where not all are wanted; the results of several runs join. Data, judge and measures
are those of `cvae_glyphs.py`. All games have the same generator, the same features in the critic and the non-
saturating loss. How long the longer game lasts was chosen on glyphs of further seeds, by the recall of seed 0, which
is stored beside that of the test. Its generator, seed 0, is what the page loads: `cgan-glyphs` among the weights.
"""

import sys
from functools import partial

import torch
from cvae_glyphs import CLASSIFIER, DIGITS, grey, seen_as, within_classes
from dcgan_glyphs import BATCH, LATENTS, WIDTH, levels
from torch import Tensor, nn
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
    JoinedCritic,
    NonSaturating,
    ProjectionCritic,
)
from genbook.nn import StandardNormal
from genbook.numerics import seeded
from genbook.training import EMA, Player, Schedule, fit_adversarial, save_weights

CLASSES, FEATURES, STEPS, LONG = len(DIGITS), 16, 1200, 9000
NOTE = "CPU seconds of training; shares of 4,000 draws, 400 a class on average"


def generator() -> ConditionalGenerator:
    """Return an untrained generator of digits given their class."""
    return ConditionalGenerator(DCGANGenerator(LATENTS + FEATURES, WIDTH), CLASSES, FEATURES)


def joined() -> CGAN:
    """Return the game whose critic sees the class as a second channel."""
    critic = JoinedCritic(DCGANCritic(WIDTH, channels=2), CLASSES, 1, 28, 28)
    return CGAN(generator(), critic, StandardNormal(LATENTS), NonSaturating())


def auxiliary() -> ACGAN:
    """Return the game with a second head that names the class."""
    features = DCGANFeatures(WIDTH)
    critic = AuxiliaryCritic(features, features.outputs, CLASSES)
    return ACGAN(generator(), critic, StandardNormal(LATENTS), NonSaturating())


def projection() -> CGAN:
    """Return the game whose critic projects its features on a vector a class."""
    features = DCGANFeatures(WIDTH)
    critic = ProjectionCritic(features, features.outputs, CLASSES)
    return CGAN(generator(), critic, StandardNormal(LATENTS), NonSaturating())


GAMES = {
    "cGAN, joined": (joined, STEPS),
    "AC-GAN": (auxiliary, STEPS),
    "cGAN, projection": (projection, STEPS),
    "cGAN, joined, longer": (joined, LONG),
}


def play(gan: CGAN | ACGAN, data: Labelled, steps: int, seed: int) -> tuple[nn.Module, float]:
    """Train on images in [-1, 1]; return the averaged generator in evaluation mode and the CPU seconds."""
    adam = partial(torch.optim.Adam, betas=(0.5, 0.999))

    def noise(n: int) -> tuple[Tensor, Tensor]:
        return gan.latent.sample(n), torch.randint(CLASSES, (n,))

    def critic_loss(batch: Labelled, drawn: tuple[Tensor, Tensor]) -> Tensor:
        return gan.critic_loss(batch.x, drawn[0], c=batch.y)

    def generator_loss(drawn: tuple[Tensor, Tensor]) -> Tensor:
        return gan.generator_loss(drawn[0], c=drawn[1])

    critic = Player(gan.critic, critic_loss, adam(gan.critic.parameters(), 5e-4))
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
        "easy": float((probability > 0.95).float().mean()),
        "frechet": frechet_distance(features, real),
        **within_classes(test, other, images),
    }


def save(generator: nn.Module, agree: float) -> None:
    """Ship the generator of the longer game, seed 0."""
    card = {
        "command": "python benchmarks/cgan_glyphs.py 0",
        "seed": 0,
        "steps": LONG,
        "data": "8,000 glyphs of digits with their classes, 28 x 28, 17 levels",
        "precision": "half; metrics of the rounded weights",
        "metrics": {"share of 4,000 draws seen as the class asked for": round(agree, 4)},
    }
    save_weights(generator, "cgan-glyphs", card, torch.float16)


def trial(seed: int, titles: list[str]) -> list[dict]:
    """Train and measure the games of these titles."""
    data, other, test = (grey(n, s, DIGITS) for n, s in ((8000, 0), (4000, 1), (4000, 2)))
    choose_other, choose = grey(4000, 11, DIGITS), grey(4000, 12, DIGITS)
    rows = {}
    for title in titles:
        build, steps = GAMES[title]
        with seeded(seed):
            gan = build()
            average, seconds = play(gan, Labelled(data.x / 8 - 1, data.y), steps, seed)
        gan.generator = average.half().float()
        with seeded(100 + seed):
            images = Labelled(levels(gan.sample(4000, c=test.y)), test.y)
            tried = Labelled(levels(gan.sample(4000, c=choose.y)), choose.y)
        recall = within_classes(choose, choose_other, tried)["recall"]
        rows[title] = measured(images, other, test) | {"recall, validation": recall, "seconds": seconds}
        if steps == LONG and seed == 0:
            save(gan.generator, rows[title]["agree"])
    rows["other real glyphs"] = measured(other, other, test)
    return [{"model": name, "runs": [{"seed": seed, **values}]} for name, values in rows.items()]


def main() -> None:
    """Train and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    titles = [word for word in sys.argv[1:] if not word.isdigit()] or list(GAMES)
    for seed in (int(word) for word in sys.argv[1:] if word.isdigit()):
        table = trial(seed, titles)
        print(table, flush=True)
        results.write("cgan_glyphs", results.joined("cgan_glyphs", table), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
