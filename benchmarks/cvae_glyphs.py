"""Conditional VAEs on glyphs: digits given their class, and lower halves of letters given the upper, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/cvae_glyphs.py 0   (then 1, then 2)
Seeds by name; the results of several runs join. 17 grey levels, 28 x 28 pixels. What a class is said to be is what the
book's glyph classifier, which knows 36 classes, says of whole images.
"""

import math
import sys
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import Labelled, batches
from genbook.data.glyphs import CHARACTERS, draw_factors, render
from genbook.evaluation import glyph_classifier, nats_of, precision_recall
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, fit
from genbook.vae import (
    CVAE,
    Classes,
    ConditionalDecoder,
    ConditionalEncoder,
    ConditionalNormal,
    FactorizedDecoder,
    Pixels,
    StandardNormal,
    Unconditional,
    gaussian_kl,
)

DIGITS, LETTERS = "0123456789", "BDEFHKPR"
OUTPUT = DiscretizedLogisticMixture(levels=17, components=1)
LATENTS, FEATURES, WIDTH, BATCH = 16, 32, 384, 64
STEPS, STEPS_HALF = 5000, 1500
NOTE = "CPU seconds of training; shares and nats of 2,000 test glyphs of a seed of their own"
CLASSIFIER = glyph_classifier()


def grey(n: int, seed: int, characters: str) -> Labelled:
    """Return n glyphs as they are set in type, (n, 1, 28, 28), 17 grey levels, and their classes.

    They are centred and of one size; font, slant, thickness and rotation (by up to 7.5 degrees) vary.
    """
    drawn = draw_factors(n, seed, characters)
    still = torch.zeros(n)
    x = render(drawn._replace(x=still, y=still, scale=still + 0.62, rotation=drawn.rotation / 2), 28, characters)
    return Labelled((x * 16 / 255).round(), drawn.label)


def class_model() -> CVAE:
    """Return an untrained model of digits given their class, z independent of the class."""
    network = MLP(LATENTS + FEATURES, (WIDTH, WIDTH), 784 * OUTPUT.size)
    decoder = ConditionalDecoder(FactorizedDecoder(network, OUTPUT, (1, 28, 28)), Classes(len(DIGITS), FEATURES))
    encoder = MLP(784 + FEATURES, (WIDTH, WIDTH), 2 * LATENTS)
    return CVAE(
        ConditionalEncoder(encoder, Classes(len(DIGITS), FEATURES), OUTPUT.embed),
        decoder,
        Unconditional(StandardNormal(LATENTS)),
        gaussian_kl,
    )


def half_model() -> CVAE:
    """Return an untrained model of lower halves given upper halves, with a prior that sees the upper half."""
    upper = Pixels((1, 14, 28), OUTPUT.embed)
    network = MLP(LATENTS + 392, (WIDTH, WIDTH), 392 * OUTPUT.size)
    return CVAE(
        ConditionalEncoder(MLP(784, (WIDTH, WIDTH), 2 * LATENTS), upper, OUTPUT.embed),
        ConditionalDecoder(FactorizedDecoder(network, OUTPUT, (1, 14, 28)), upper),
        ConditionalNormal(MLP(392, (WIDTH,), 2 * LATENTS), upper),
        gaussian_kl,
    )


def regression() -> FactorizedDecoder:
    """Return an untrained network from upper halves straight to lower halves, pixels independent."""
    return FactorizedDecoder(MLP(392, (WIDTH, WIDTH), 392 * OUTPUT.size), OUTPUT, (1, 14, 28))


def train(
    model: torch.nn.Module, loss: Callable, data: Labelled, steps: int, seed: int
) -> tuple[torch.nn.Module, float]:
    """Minimise `loss(model, batch)`; return the averaged model in evaluation mode and the CPU seconds."""
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=0.01)
    average = EMA(model, 0.995)
    callbacks = [ClipGradient(10.0), Schedule(partial(CosineAnnealingLR, T_max=steps)), average]
    history = fit(partial(loss, model), model, batches(data, BATCH, seed), steps, optimizer, callbacks)
    return average.module.eval().requires_grad_(False), history.cpu_seconds


def halves(x: Tensor) -> tuple[Tensor, Tensor]:
    """Return upper and lower halves, each (B, 1, 14, 28)."""
    return x[:, :, :14], x[:, :, 14:]


def seen_as(x: Tensor, characters: str) -> tuple[Tensor, Tensor]:
    """Return the classifier's choice among all 36 characters as an index into `characters`, -1 if another, and its
    probability."""
    p, choice = CLASSIFIER(x * 255 / 16).softmax(-1).max(-1)
    index = torch.tensor([characters.find(character) for character in CHARACTERS])
    return index[choice], p


def importance_bound(model: CVAE, samples: int) -> Callable[[Tensor], Tensor]:
    """Return the importance-weighted bound on log p(x | c) for rows that hold (c, x) as one tensor."""

    def bound(both: Tensor) -> Tensor:
        c, x = halves(both)
        return model.given(c).log_weights(x, samples).logsumexp(0) - math.log(samples)

    return bound


def within_classes(real: Labelled, other: Labelled, samples: Labelled) -> dict[str, float]:
    """Return means over classes: recall and mean pairwise distance in features, relative to those of `other`."""
    features = [CLASSIFIER.features(part.x * 255 / 16) for part in (real, other, samples)]
    sums = torch.zeros(6, dtype=torch.float64)
    for k in real.y.unique():
        parts = [f[part.y == k] for f, part in zip(features, (real, other, samples), strict=True)]
        n = min(map(len, parts))
        mine, disjoint, drawn = (part[:n] for part in parts)
        scores = [*precision_recall(mine, drawn), *precision_recall(mine, disjoint)]
        sums += torch.tensor([*scores, float(torch.pdist(drawn).mean()), float(torch.pdist(disjoint).mean())])
    precision, recall, real_precision, real_recall, spread, real_spread = sums.tolist()
    return {
        "precision": precision / real_precision,
        "recall": recall / real_recall,
        "diversity": spread / real_spread,
        "recall of real": real_recall / len(real.y.unique()),
    }


def class_trial(seed: int) -> dict[str, float]:
    """Train and measure the class-conditional model."""
    train_set, other, test = grey(8000, 0, DIGITS), grey(4000, 1, DIGITS), grey(4000, 2, DIGITS)
    with seeded(seed):
        model, seconds = train(class_model(), lambda m, b: m.loss(b.x, b.y), train_set, STEPS, seed)
        given = model.given(test.y)
        drawn, mean = given.sample(4000), given.decoder(given.prior.sample(4000)).mean()
        bound = nats_of(lambda x: model.given(test.y[: len(x)]).elbo(x), test.x[:2000], "<=", 2000)
    return {
        "seed": seed,
        "seconds": round(seconds, 1),
        "bound": bound.mean,
        "agree": float((seen_as(drawn, DIGITS)[0] == test.y).float().mean()),
        "agree, mean images": float((seen_as(mean, DIGITS)[0] == test.y).float().mean()),
        "agree, real": float((seen_as(test.x, DIGITS)[0] == test.y).float().mean()),
        **within_classes(test, other, Labelled(drawn, test.y)),
        **{f"{k}, mean images": v for k, v in within_classes(test, other, Labelled(mean, test.y)).items()},
    }


def half_trial(seed: int) -> list[dict[str, float]]:
    """Train and measure the model of lower halves and the regression: one run each."""
    train_set, test = grey(8000, 3, LETTERS), grey(2000, 4, LETTERS)
    upper, lower = halves(test.x)
    with seeded(seed):
        model, seconds = train(half_model(), lambda m, b: m.loss(*halves(b.x)[::-1]), train_set, STEPS_HALF, seed)
        drawn = torch.cat([upper, model.sample(2000, upper)], 2)
        bound = nats_of(importance_bound(model, 100), test.x[:500], "<=", 50)
        elbo = nats_of(lambda x: model.given(halves(x)[0]).elbo(halves(x)[1]), test.x, "<=")
    with seeded(seed):
        plain, plain_seconds = train(
            regression(),
            lambda m, b: -m(halves(b.x)[0].flatten(1)).log_prob(halves(b.x)[1]).mean(),
            train_set,
            STEPS_HALF,
            seed,
        )
        guess = plain(upper.flatten(1))
        mean = torch.cat([upper, guess.mean()], 2)
        independent = torch.cat([upper, guess.sample()], 2)
    exact = float(-guess.log_prob(lower).mean())
    rows = [
        ("CVAE, one draw", drawn, seconds, {"nats": bound.mean, "elbo": elbo.mean}),
        ("regression, its mean", mean, plain_seconds, {"nats": exact}),
        ("regression, pixels drawn one by one", independent, plain_seconds, {"nats": exact}),
        ("the true lower half", test.x, 0.0, {}),
    ]
    return [
        {"model": name, "runs": [{"seed": seed, **shares(x, test.y), **more, "seconds": s}]}
        for name, x, s, more in rows
    ]


def shares(x: Tensor, y: Tensor) -> dict[str, float]:
    """Return how many completed letters are seen as the true one, and how many as any letter, surely."""
    choice, p = seen_as(x, LETTERS)
    return {
        "agree": float((choice == y).float().mean()),
        "sure": float(((choice >= 0) & (p > 0.9)).float().mean()),
    }


def main() -> None:
    """Train and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    for seed in map(int, sys.argv[1:]):
        run = class_trial(seed)
        print(run, flush=True)
        results.write("cvae_digits", results.joined("cvae_digits", [{"model": "CVAE", "runs": [run]}]), (0, 1, 2), NOTE)
        rows = half_trial(seed)
        print(rows, flush=True)
        results.write("cvae_halves", results.joined("cvae_halves", rows), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
