"""Ten labels a class: the K+1-class discriminator against the same network without a game, on the digits, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/gan_labels.py 0   (seeds by name; results join)
A seed draws the 100 labelled images out of the 1,000 of the training part; the game sees the others without labels.
The number of updates is chosen by accuracy on the validation part, for each row by itself; accuracy is that of the
test part.
"""

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from genbook import results
from genbook.data import Labelled, batches, digits
from genbook.gan import GAN, ClassCritic, Examples, FeatureMatching, NonSaturating, Supervised
from genbook.nn import MLP, StandardNormal
from genbook.numerics import evaluating, seeded
from genbook.training import EMA, Player, fit, fit_adversarial

SEEDS = (0, 1, 2)
LABELS, CLASSES, WIDTH, BATCH, EVERY, ROUNDS, SIZE = 10, 10, 128, 64, 250, 6, 1e-3
NOTE = (
    f"test accuracy with {LABELS} labels a class; best of {ROUNDS} checks, one in {EVERY} updates, on the validation "
    "part; seconds are CPU seconds of training"
)


def scaled(part: Labelled) -> Labelled:
    """Return the images with values from -1 to 1."""
    return Labelled(part.x / 8 - 1, part.y)


def labelled(part: Labelled, seed: int) -> Labelled:
    """Return `LABELS` images of every class, drawn by the seed."""
    with seeded(seed):
        order = torch.randperm(len(part.x))
    chosen = torch.cat([order[part.y[order] == k][:LABELS] for k in range(CLASSES)])
    return Labelled(part.x[chosen], part.y[chosen])


def classifier() -> ClassCritic:
    """Return the network of all rows: two hidden layers with dropout, ten logits."""
    hidden = MLP(64, (WIDTH,), WIDTH, nn.LeakyReLU, dropout=0.3)
    return ClassCritic(nn.Sequential(hidden, nn.LeakyReLU(), nn.Dropout(0.3)), WIDTH, CLASSES)


def accuracy(critic: ClassCritic, part: Labelled) -> float:
    """Return the share of images whose class has the largest logit."""
    with evaluating(critic):
        return (critic.logits(part.x).argmax(1) == part.y).double().mean().item()


def supervised(few: Labelled, _: Tensor, callbacks: list[Any]) -> tuple[ClassCritic, Callable[[int], float]]:
    """Return a classifier and what trains it further on the labelled images alone."""
    critic = classifier()
    loss, optimizer = Supervised(*few), torch.optim.Adam(critic.parameters(), lr=SIZE)
    rows = batches(few.x, BATCH, 0)  # asked for by `fit`; the loss reads all labelled images

    def run(steps: int) -> float:
        return fit(lambda x: loss(critic, x, x), critic, rows, steps, optimizer, callbacks).cpu_seconds

    return critic, run


def game(generator_loss: Callable[..., GAN]) -> Callable[..., tuple[ClassCritic, Callable[[int], float]]]:
    """Return the maker of a game whose critic is the classifier."""

    def build(few: Labelled, x: Tensor, callbacks: list[Any]) -> tuple[ClassCritic, Callable[[int], float]]:
        critic = classifier()
        generator = nn.Sequential(MLP(16, (WIDTH, WIDTH), 64, nn.ReLU), nn.Tanh())
        gan = generator_loss(generator, critic, StandardNormal(16), Supervised(*few), Examples(x))
        players = [
            Player(module, loss, torch.optim.Adam(module.parameters(), lr=SIZE, betas=(0.5, 0.9)))
            for module, loss in ((critic, gan.critic_loss), (generator, gan.generator_loss))
        ]
        data = batches(x, BATCH, 0)
        return (
            critic,
            lambda steps: fit_adversarial(*players, data, gan.latent.sample, steps, callbacks=callbacks).cpu_seconds,
        )

    return build


ROWS: dict[str, Callable[..., tuple[ClassCritic, Callable[[int], float]]]] = {
    "supervised": supervised,
    "K+1 classes": game(lambda g, c, z, labels, data: GAN(g, c, z, NonSaturating(), labels)),
    "K+1 classes, feature matching": game(
        lambda g, c, z, labels, data: FeatureMatching(g, c, z, NonSaturating(), data, labels)
    ),
}


def train(build: Callable[..., tuple[ClassCritic, Callable[[int], float]]], seed: int) -> dict[str, Any]:
    """Train on a seed's labels, check on the validation part, and report the test part."""
    data = digits()
    train_part, valid, test = (scaled(part) for part in data)
    few = labelled(train_part, seed)
    best, seconds = (0.0, 0.0), 0.0
    with seeded(seed):
        callbacks: list[Any] = []
        critic, run = build(few, train_part.x, callbacks)
        ema = EMA(critic, 0.99)
        callbacks.append(ema)
        for _ in range(ROUNDS):
            seconds += run(EVERY)
            best = max(best, (accuracy(ema.module, valid), accuracy(ema.module, test)), key=lambda pair: pair[0])
    return {"seed": seed, "accuracy": best[1], "valid": best[0], "seconds": seconds}


def main() -> None:
    """Measure the named seeds (default: all), joining what was measured before."""
    torch.set_num_threads(1)
    for seed in [int(word) for word in sys.argv[1:]] or SEEDS:
        rows = [{"model": name, "runs": [train(build, seed)]} for name, build in ROWS.items()]
        results.write("gan_labels", results.joined("gan_labels", rows), SEEDS, NOTE)


if __name__ == "__main__":
    main()
