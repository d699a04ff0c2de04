"""A diffusion model of glyphs of digits given their class, three seeds: what its DDIM samples look like.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/diffusion_glyphs.py 0   (then 1, then 2)
Seeds by name; the results of several runs join. Data, judge and measures are those of `cvae_glyphs.py`. A U-Net on
folded pixels predicts v under the cosine schedule; one in ten classes is hidden from it, for classifier-free guidance.
The network of seed 0 is stored as `diffusion-glyphs` among the weights, rounded before it is measured.
"""

import sys
from collections.abc import Iterator

import torch
from cvae_glyphs import CLASSIFIER, DIGITS, grey, seen_as, within_classes
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from genbook import results
from genbook.data import Labelled, batches
from genbook.diffusion import (
    ClassifierFree,
    Cosine,
    Folded,
    NetworkDenoiser,
    UNet,
    Velocity,
    ddim,
    even_times,
    low_discrepancy,
    q_xt_x0,
)
from genbook.evaluation import frechet_distance, precision_recall
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, fit, save_weights

CLASSES, WIDTHS, BATCH, STEPS, UNKNOWN, RATE = len(DIGITS), (32, 64), 64, 4000, 0.1, 2e-3
SCHEDULE, START, COUNT, CALLS = Cosine(), 0.98, 1000, 50
SCALES = (1.0, 1.5, 2.0, 3.0, 5.0)
NOTE = "CPU seconds of training; distances of 1,000 images to 4,000 real glyphs of a seed of their own"


def network() -> Folded:
    """Return an untrained network (x_t, t, c) -> v for images (B, 1, 28, 28); class 10 says unknown."""
    condition = nn.Embedding(CLASSES + 1, 4 * WIDTHS[0])
    return Folded(UNet(4, 4, widths=WIDTHS, attention=(1,), blocks=1, condition=condition))


def velocity_loss(net: nn.Module, x: Tensor, c: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Return the squared error of v a pixel: x, eps (B, 1, 28, 28), c and t (B,) -> (B,)."""
    alpha, sigma = (level(t)[:, None, None, None] for level in (SCHEDULE.alpha, SCHEDULE.sigma))
    v = Velocity().target(x, eps, alpha, sigma)
    return (net(q_xt_x0(x, alpha, sigma, eps), t, c) - v).square().flatten(1).mean(1)


def train(data: Labelled, seed: int, steps: int) -> tuple[nn.Module, float]:
    """Return the averaged network in evaluation mode and the CPU seconds; images have levels 0 to 16."""
    net = network().to(memory_format=torch.channels_last)

    def loss(batch: Labelled) -> Tensor:
        c = torch.where(torch.rand(len(batch.y)) < UNKNOWN, CLASSES, batch.y)
        t = low_discrepancy(len(c), torch.rand(()))
        return velocity_loss(net, batch.x / 8 - 1, c, t, torch.randn_like(batch.x)).mean()

    adam = torch.optim.Adam(net.parameters(), RATE)
    rate = Schedule(OneCycleLR(adam, RATE, total_steps=steps + 1, pct_start=0.05, anneal_strategy="cos"))
    average = EMA(net, 0.998)
    history = fit(loss, net, batches(data, BATCH, seed), steps, adam, [ClipGradient(1.0), rate, average])
    return average.module.eval().requires_grad_(False), history.cpu_seconds


def guided(net: nn.Module, c: Tensor, scale: float) -> ClassifierFree:
    """Return the denoiser of the classes c (B,) at a scale."""

    def of(label: Tensor) -> NetworkDenoiser:
        return NetworkDenoiser(lambda x, t: net(x, t, label), SCHEDULE, Velocity())

    return ClassifierFree(of(c), of(torch.full_like(c, CLASSES)), scale)


def draw(net: nn.Module, c: Tensor, scale: float, calls: int = CALLS) -> Tensor:
    """Return images (n, 1, 28, 28) with 17 levels of the classes c (n,)."""

    def parts() -> Iterator[Tensor]:
        for part in c.split(250):
            start = torch.randn(len(part), 1, 28, 28).contiguous(memory_format=torch.channels_last)
            yield ddim(guided(net, part, scale), SCHEDULE, start, even_times(START, 0.0, calls))

    return ((torch.cat(list(parts())) + 1) * 8).round().clamp(0, 16)


def measured(images: Labelled, real: Labelled, other: Labelled) -> dict[str, float]:
    """Return what the judge says of images of known classes, beside real ones."""
    features, truth = (CLASSIFIER.features(part.x * 255 / 16) for part in (images, real))
    precision, recall = precision_recall(truth[: len(features)], features)
    return {
        "agree": float((seen_as(images.x, DIGITS) == images.y).float().mean()),
        "frechet": frechet_distance(features, truth),
        "precision": precision,
        "recall": recall,
        "diversity": within_classes(real, other, images)["diversity"],
    }


def save(net: nn.Module, seconds: float, found: dict[str, float]) -> None:
    """Ship the network of seed 0."""
    card = {
        "command": "OMP_NUM_THREADS=1 python benchmarks/diffusion_glyphs.py 0",
        "seed": 0,
        "steps": STEPS,
        "cpu_seconds": round(seconds),
        "data": "8,000 glyphs of digits with their classes, 28 x 28, 17 levels",
        "precision": "half; metrics of the rounded weights, 1,000 images of 50 DDIM steps, scale 1",
        "metrics": {
            "Frechet distance to 4,000 real glyphs, ~": round(found["frechet"], 3),
            "share of images seen as the class asked for": round(found["agree"], 4),
        },
    }
    save_weights(net, "diffusion-glyphs", card, torch.float16)


def trial(seed: int) -> list[dict]:
    """Train one network and measure it at every scale, beside real glyphs."""
    data, other, test = (grey(n, s, DIGITS) for n, s in ((8000, 0), (4000, 1), (4000, 2)))
    with seeded(seed):
        net, seconds = train(data, seed, STEPS)
    net, c, rows = net.half().float(), torch.arange(CLASSES).repeat(COUNT // CLASSES), {}
    for scale in SCALES:
        with seeded(100 + seed):
            found = measured(Labelled(draw(net, c, scale), c), test, other)
        rows[f"scale {scale:g}"] = found | {"scale": scale, "seconds": seconds}
        print(seed, scale, found, flush=True)
        if scale == 1 and seed == 0:
            save(net, seconds, found)
    rows["other real glyphs"] = measured(Labelled(other.x[:COUNT], other.y[:COUNT]), test, other)
    return [{"model": name, "runs": [{"seed": seed, **values}]} for name, values in rows.items()]


def main() -> None:
    """Train and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    for seed in map(int, sys.argv[1:]):
        results.write("diffusion_glyphs", results.joined("diffusion_glyphs", trial(seed)), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
