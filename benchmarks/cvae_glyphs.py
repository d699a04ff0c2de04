"""Conditional VAEs on glyphs: digits given their class, and letters given their first rows, three seeds.

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
    Factorized,
    FactorizedDecoder,
    Pixels,
    StandardNormal,
    Unconditional,
    gaussian_kl,
)

DIGITS, LETTERS = "0123456789", "BDEFHKPR"
OUTPUT = DiscretizedLogisticMixture(levels=17, components=1)
LATENTS, FEATURES, WIDTH, BATCH = 16, 32, 384, 64
STEPS, STEPS_REST = 6000, 1200
CUTS = (9, 14)  # rows that are given; the letters begin at about the fifth
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


def rest_model(rows: int) -> CVAE:
    """Return an untrained model of the rest of an image given its first rows, with a prior that sees them."""
    given, rest = 28 * rows, 28 * (28 - rows)
    upper = Pixels((1, rows, 28), OUTPUT.embed)
    network = MLP(LATENTS + given, (WIDTH, WIDTH), rest * OUTPUT.size)
    return CVAE(
        ConditionalEncoder(MLP(784, (WIDTH, WIDTH), 2 * LATENTS), upper, OUTPUT.embed),
        ConditionalDecoder(FactorizedDecoder(network, OUTPUT, (1, 28 - rows, 28)), upper),
        ConditionalNormal(MLP(given, (WIDTH,), 2 * LATENTS), upper),
        gaussian_kl,
    )


def regression(rows: int) -> FactorizedDecoder:
    """Return an untrained network from the first rows straight to the rest, pixels independent."""
    rest = 28 * (28 - rows)
    return FactorizedDecoder(MLP(28 * rows, (WIDTH, WIDTH), rest * OUTPUT.size), OUTPUT, (1, 28 - rows, 28))


def train(
    model: torch.nn.Module, loss: Callable, data: Labelled, steps: int, seed: int
) -> tuple[torch.nn.Module, float]:
    """Minimise `loss(model, batch)`; return the averaged model in evaluation mode and the CPU seconds."""
    optimizer = torch.optim.AdamW(model.parameters(), 3e-3, weight_decay=0.01)
    average = EMA(model, 0.995)
    callbacks = [ClipGradient(10.0), Schedule(partial(CosineAnnealingLR, T_max=steps)), average]
    history = fit(partial(loss, model), model, batches(data, BATCH, seed), steps, optimizer, callbacks)
    return average.module.eval().requires_grad_(False), history.cpu_seconds


def split(x: Tensor, rows: int) -> tuple[Tensor, Tensor]:
    """Return the first rows of images (B, 1, 28, 28), and the rest."""
    return x[:, :, :rows], x[:, :, rows:]


def seen_as(x: Tensor, characters: str) -> Tensor:
    """Return the classifier's choice among all 36 characters as an index into `characters`, -1 if it is another."""
    index = torch.tensor([characters.find(character) for character in CHARACTERS])
    return index[CLASSIFIER(x * 255 / 16).argmax(-1)]


def importance_bound(model: CVAE, rows: int, samples: int) -> Callable[[Tensor], Tensor]:
    """Return the importance-weighted bound on log p(rest | first rows) of whole images."""

    def bound(whole: Tensor) -> Tensor:
        c, x = split(whole, rows)
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
        "agree": float((seen_as(drawn, DIGITS) == test.y).float().mean()),
        "agree, mean images": float((seen_as(mean, DIGITS) == test.y).float().mean()),
        "agree, real": float((seen_as(test.x, DIGITS) == test.y).float().mean()),
        **within_classes(test, other, Labelled(drawn, test.y)),
        **{f"{k}, mean images": v for k, v in within_classes(test, other, Labelled(mean, test.y)).items()},
    }


def rest_trial(seed: int, rows: int) -> list[dict]:
    """Train and measure the model of the rest and the regression: one run each."""
    train_set, test, real = grey(8000, 3, LETTERS), grey(2000, 4, LETTERS), grey(2000, 5, LETTERS).x
    upper, lower = split(test.x, rows)

    def bound_loss(model: CVAE, batch: Labelled) -> Tensor:
        c, x = split(batch.x, rows)
        return model.loss(x, c)

    def plain_loss(model: FactorizedDecoder, batch: Labelled) -> Tensor:
        c, x = split(batch.x, rows)
        return -model(c.flatten(1)).log_prob(x).mean()

    with seeded(seed):
        model, seconds = train(rest_model(rows), bound_loss, train_set, STEPS_REST, seed)
        bound = nats_of(importance_bound(model, rows, 100), test.x[:500], "<=", 50)
        drawn = model.sample(2000, upper)
    with seeded(seed):
        plain, plain_seconds = train(regression(rows), plain_loss, train_set, STEPS_REST, seed)
        guess = plain(upper.flatten(1))
        answers = {
            "CVAE, a draw": (drawn, {"nats": bound.mean, "seconds": seconds}),
            "regression, its mean": (guess.mean(), {"nats": exact(guess, lower), "seconds": plain_seconds}),
            "regression, a draw": (guess.sample(), {"nats": exact(guess, lower), "seconds": plain_seconds}),
            "the real letter": (lower, {}),
        }
    return [
        {
            "model": f"{rows} rows: {name}",
            "rows": rows,
            "completion": name,
            "runs": [{"seed": seed, **shares(torch.cat([upper, x], 2), test.y, real), **more}],
        }
        for name, (x, more) in answers.items()
    ]


def exact(guess: Factorized, x: Tensor) -> float:
    """Return the mean of -log p(x) under a factorised distribution a row."""
    return float(-guess.log_prob(x).mean())


def shares(x: Tensor, y: Tensor, real: Tensor) -> dict[str, float]:
    """Return how many completed letters are seen as the true one, and their precision and recall beside `real`."""
    precision, recall = precision_recall(*(CLASSIFIER.features(part * 255 / 16) for part in (real, x)))
    agree = float((seen_as(x, LETTERS) == y).float().mean())
    return {"agree": agree, "precision": precision, "recall": recall}


def main() -> None:
    """Train and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    for seed in map(int, sys.argv[1:]):
        run = class_trial(seed)
        print(run, flush=True)
        results.write("cvae_digits", results.joined("cvae_digits", [{"model": "CVAE", "runs": [run]}]), (0, 1, 2), NOTE)
        table = [row for rows in CUTS for row in rest_trial(seed, rows)]
        print(table, flush=True)
        results.write("cvae_letters", results.joined("cvae_letters", table), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
