"""DCGAN on 9,000 handwritten digits of MNIST, three seeds: Fréchet distance, recognisability, walks and neighbours.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/dcgan_mnist.py 0 1 2
Seeds by name; the results of several runs join. The 10,000 images of MNIST's test files: the first 9,000 train the game
and the judge, the last 1,000 measure. Players, rates and rounds are those of `dcgan_glyphs.py`: nothing is chosen here.
The judge is a classifier of the book's shape trained on the same 9,000; features are its own, and those of the book's
glyph classifier, which has seen no handwriting. The floor is every ninth training image.
"""

import sys

import torch
from dcgan_glyphs import BATCH, LATENTS, STEPS, game, levels, play
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LinearLR

from genbook import results
from genbook.data import Labelled, batches, mnist
from genbook.evaluation import accuracy, frechet_distance, glyph_classifier, precision_recall
from genbook.evaluation.classifiers import ConvClassifier
from genbook.gan import lerp, slerp
from genbook.numerics import seeded
from genbook.training import Schedule, fit

NAME, TRAIN, JUDGE_STEPS, SHOWN = "dcgan_mnist", 9000, 1000, 10
CODES = "0123456789abcdefg"  # 17 grey levels, a character a pixel
NOTE = (
    "the first 9,000 of MNIST's 10,000 test images train, the last 1,000 measure; 17 grey levels; distances of 1,000 "
    "images to those 1,000; CPU seconds of training the game on one thread"
)
GLYPHS = glyph_classifier()


def data() -> tuple[Labelled, Labelled]:
    """Return the images to train on and to measure by, (N, 1, 28, 28) with 17 levels."""
    x, y = mnist("test")
    x = (x * 16 / 255).round()
    return Labelled(x[:TRAIN], y[:TRAIN]), Labelled(x[TRAIN:], y[TRAIN:])


def judge_of(train: Labelled) -> ConvClassifier:
    """Return a classifier of images with 17 levels, trained on the same images as the game."""
    with seeded(0):
        judge = ConvClassifier(28, 16, 10)
        adam = torch.optim.Adam(judge.parameters(), 3e-3)
        fade = Schedule(LinearLR(adam, 1.0, 0.02, JUDGE_STEPS))
        fit(lambda b: cross_entropy(judge(b.x), b.y), judge, batches(train, BATCH), JUDGE_STEPS, adam, [fade])
    return judge.eval().requires_grad_(False)


def sure(judge: nn.Module, x: Tensor) -> float:
    """Return the share of images for which the judge gives one digit more than 90%."""
    return float((judge(x).softmax(1).max(1).values > 0.9).float().mean())


def quality(judge: ConvClassifier, x: Tensor, test: Labelled, train: Labelled) -> dict[str, float]:
    """Return how far 1,000 images with 17 levels are from the test images, and how the judge sees them."""
    features, real = judge.features(x), judge.features(test.x)
    precision, recall = precision_recall(real, features)
    shares = judge(x).argmax(1).bincount(minlength=10) / len(x)
    return {
        "frechet": frechet_distance(features, real),
        "frechet, glyph features": frechet_distance(*(GLYPHS.features(part * 255 / 16) for part in (x, test.x))),
        "sure": sure(judge, x),
        "precision": precision,
        "recall": recall,
        "rarest digit": float(shares.min()),
        "to neighbour": float(distances(x, train.x).min(1).values.mean()),
    }


def distances(x: Tensor, y: Tensor) -> Tensor:
    """Return root mean squared differences in grey levels of 16, (B, N)."""
    return torch.cdist(x.flatten(1), y.flatten(1)) / 28


def walks(judge: nn.Module, generator: nn.Module) -> dict[str, float]:
    """Return the share of sure images at 1,000 codes, and halfway between 1,000 pairs, along line, arc and pixels."""
    a, b = torch.randn(2, 1000, LATENTS)
    half = torch.tensor([0.5])
    points = {"ends": a, "line": lerp(a, b, half)[0], "arc": slerp(a, b, half)[0]}
    images = {name: levels(generator(z)) for name, z in points.items()}
    images["pixels"] = ((images["ends"] + levels(generator(b))) / 2).round()
    return {f"sure, {name}": sure(judge, x) for name, x in images.items()}


def pictures(generator: nn.Module, drawn: Tensor, train: Tensor) -> dict[str, list[str]]:
    """Return the first draws, their nearest training images and a walk, a string of 784 characters an image."""
    near = train[distances(drawn[:SHOWN], train).argmin(1)]
    a, b = torch.randn(2, 1, LATENTS)
    walk = levels(generator(slerp(a, b, torch.linspace(0, 1, SHOWN))[:, 0]))
    shown = {"draws": drawn[:SHOWN], "nearest": near, "walk": walk}
    return {name: ["".join(CODES[int(v)] for v in image.flatten()) for image in x] for name, x in shown.items()}


def trial(seed: int, judge: ConvClassifier, train: Labelled, test: Labelled) -> list[dict]:
    """Train and measure one game."""
    with seeded(seed):
        generator, seconds = play(game(), train.x / 8 - 1, STEPS, seed)
    with seeded(100 + seed), torch.no_grad():
        drawn = levels(generator(torch.randn(1000, LATENTS)))
        row = quality(judge, drawn, test, train) | walks(judge, generator) | {"seconds": seconds}
        shown = pictures(generator, drawn, train.x)
    rows = [{"model": "DCGAN", "runs": [{"seed": seed, **row}]}]
    return rows + ([{"model": "pictures", "runs": [{"seed": seed, **shown}]}] if seed == 0 else [])


def main() -> None:
    """Train the judge, then play and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    train, test = data()
    judge = judge_of(train)
    floor = quality(judge, train.x[::9], test, train) | {"accuracy": accuracy(judge, test.x, test.y)}
    floor["to neighbour"] = float(distances(test.x, train.x).min(1).values.mean())  # of the test images
    results.write(NAME, results.joined(NAME, [{"model": "real images", "runs": [floor]}]), (0, 1, 2), NOTE)
    for seed in map(int, sys.argv[1:]):
        rows = trial(seed, judge, train, test)
        print(rows[0], flush=True)
        results.write(NAME, results.joined(NAME, rows), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
