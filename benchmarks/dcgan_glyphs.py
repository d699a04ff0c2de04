"""DCGAN on glyphs of digits, three seeds: Fréchet distance, recognisability, walks, arithmetic and neighbours.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/dcgan_glyphs.py 0   (then 1, then 2)
Seeds by name; the results of several runs join. The data and the judge are those of `cvae_glyphs.py`, 17 grey levels,
and a conditional VAE trained for 1,500 steps, as on its page, stands beside. The generator of seed 0 is what the page
and the live figure load: `dcgan-glyphs` among the weights, rounded to half precision before it is measured.
"""

import sys
from functools import partial

import torch
from cvae_glyphs import CLASSIFIER, DIGITS, class_model, grey, train
from torch import Tensor, nn
from torch.optim.lr_scheduler import LinearLR

from genbook import results
from genbook.data import Labelled, batches
from genbook.data.glyphs import draw_factors
from genbook.evaluation import frechet_distance, precision_recall
from genbook.gan import GAN, DCGANCritic, DCGANFeatures, DCGANGenerator, NonSaturating, attribute_direction, lerp, slerp
from genbook.nn import StandardNormal
from genbook.numerics import seeded
from genbook.training import EMA, Player, Schedule, fit, fit_adversarial, save_weights

LATENTS, WIDTH, BATCH, STEPS, STEPS_CVAE = 32, 32, 64, 2400, 1500
COUNT = 2000  # images on both sides of every distance
ATTRIBUTES = ("thickness", "slant", "rotation")
NOTE = "CPU seconds of training; distances of 2,000 images to 2,000 real glyphs of a seed of their own"


def game() -> GAN:
    """Return an untrained DCGAN of 28 x 28 images in [-1, 1]."""
    return GAN(DCGANGenerator(LATENTS, WIDTH), DCGANCritic(WIDTH), StandardNormal(LATENTS), NonSaturating())


def play(gan: GAN, x: Tensor, steps: int, seed: int) -> tuple[nn.Module, float]:
    """Train on images x in [-1, 1]; return the averaged generator in evaluation mode and the CPU seconds."""
    adam = partial(torch.optim.Adam, betas=(0.5, 0.999))
    critic = Player(gan.critic, gan.critic_loss, adam(gan.critic.parameters(), 5e-4))
    generator = Player(gan.generator, gan.generator_loss, adam(gan.generator.parameters(), 2e-3))
    fade = [Schedule(LinearLR(player.optimizer, 1.0, 0.02, steps)) for player in (critic, generator)]
    average = EMA(gan.generator, 0.99)
    history = fit_adversarial(
        critic, generator, batches(x, BATCH, seed), gan.latent.sample, steps, callbacks=[average, *fade]
    )
    return average.module, history.cpu_seconds


def levels(x: Tensor) -> Tensor:
    """Return images in [-1, 1] as 17 whole grey levels."""
    return (8 * (x + 1)).round()


def standardised(n: int, seed: int) -> Tensor:
    """Return thickness, slant and rotation of the glyphs of `grey(n, seed)`, (n, 3), with mean 0 and variance 1."""
    factors = draw_factors(n, seed, DIGITS)
    values = torch.stack([getattr(factors, name) for name in ATTRIBUTES], 1)
    return (values - values.mean(0)) / values.std(0)


def regressor(x: Tensor, y: Tensor) -> nn.Module:
    """Return a network that reads the attributes y (N, 3) off images x in [-1, 1], trained on real glyphs."""
    with seeded(0):
        features = DCGANFeatures(16)
        network = nn.Sequential(features, nn.Linear(features.outputs, len(ATTRIBUTES)))
        data = batches(Labelled(x, y), BATCH)
        fit(lambda b: (network(b.x) - b.y).square().mean(), network, data, 800)
    return network.eval().requires_grad_(False)


def judged(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return features (N, 64) of images x with 17 levels, the digit that each is seen as (-1: a letter), how surely."""
    features = CLASSIFIER.features(x * 255 / 16)
    probability, choice = CLASSIFIER.head(features).softmax(1).max(1)
    return features, torch.where(choice < len(DIGITS), choice, -1), probability


def quality(x: Tensor, real: Tensor) -> dict[str, float]:
    """Return how far images x with 17 levels are from as many of `real`, and how the judge sees them."""
    (features, digit, sure), (real_features, _, _) = judged(x), judged(real)
    precision, recall = precision_recall(real_features, features)
    return {
        "frechet": frechet_distance(features, real_features),
        "digit": float((digit >= 0).float().mean()),
        "sure": float((sure > 0.9).float().mean()),
        "precision": precision,
        "recall": recall,
    }


def walks(generator: nn.Module) -> dict[str, float]:
    """Return the share of sure images at 500 codes, and halfway between 500 pairs, along the line and along the arc."""
    a, b = torch.randn(2, 500, LATENTS)
    half = torch.tensor([0.5])
    points = {"ends": a, "line": lerp(a, b, half)[0], "arc": slerp(a, b, half)[0]}
    sure = {name: judged(levels(generator(z)))[2] > 0.9 for name, z in points.items()}
    return {f"sure, {name}": float(share.float().mean()) for name, share in sure.items()}


def arithmetic(generator: nn.Module, read: nn.Module) -> dict[str, float]:
    """Return what one step along each direction does to every attribute, and to the class."""
    z, fresh = torch.randn(2000, LATENTS), torch.randn(500, LATENTS)
    values = read(generator(z))  # (2000, 3)
    before, digit = read(generator(fresh)), judged(levels(generator(fresh)))[1]
    rows = {}
    for k, name in enumerate(ATTRIBUTES):
        moved = generator(fresh + attribute_direction(z, values[:, k]))
        change = (read(moved) - before).mean(0) / values.std(0)  # in standard deviations of generated images
        rows |= {f"{name} -> {other}": float(change[j]) for j, other in enumerate(ATTRIBUTES)}
        rows[f"{name}, class kept"] = float((judged(levels(moved))[1] == digit)[digit >= 0].float().mean())
    return rows


def nearest(x: Tensor, train_set: Tensor) -> float:
    """Return the mean distance of images to their nearest neighbours in the training set, in grey levels a pixel."""
    return float(torch.cdist(x.flatten(1), train_set.flatten(1)).min(1).values.mean() / 28)


def trial(seed: int) -> list[dict]:
    """Train and measure both models."""
    data, other, real = (grey(n, s, DIGITS) for n, s in ((8000, 0), (COUNT, 1), (COUNT, 2)))
    with seeded(seed):
        gan = game()
        generator, seconds = play(gan, data.x / 8 - 1, STEPS, seed)
    card = {
        "command": f"python benchmarks/dcgan_glyphs.py {seed}",
        "seed": seed,
        "steps": STEPS,
        "data": "8,000 glyphs of digits, 28 x 28, 17 levels",
        "precision": "half; metrics of the rounded weights",
    }
    generator = generator.half().float()
    read = regressor(data.x / 8 - 1, standardised(8000, 0))
    truth, said = standardised(COUNT, 2), read(real.x / 8 - 1)
    with seeded(100 + seed), torch.no_grad():
        drawn = levels(generator(torch.randn(COUNT, LATENTS)))
        row = quality(drawn, real.x) | walks(generator) | arithmetic(generator, read)
        row["to neighbour"] = nearest(drawn[:500], data.x)
    if seed == 0:
        metrics = {"Frechet distance to 2,000 real glyphs, ~": round(row["frechet"], 2)}
        save_weights(generator, "dcgan-glyphs", card | {"metrics": metrics}, torch.float16)
    with seeded(seed):
        vae, vae_seconds = train(class_model(), lambda m, b: m.loss(b.x, b.y), data, STEPS_CVAE, seed)
        given = vae.given(real.y)
        draws, mean = given.sample(COUNT), given.decoder(given.prior.sample(COUNT)).mean()
    read_off = {f"R2, {name}": float(1 - (truth - said)[:, k].square().mean()) for k, name in enumerate(ATTRIBUTES)}
    sets = {"CVAE, draws": draws, "CVAE, means": mean.round(), "other real glyphs": other.x}
    rows = {name: quality(x, real.x) | {"to neighbour": nearest(x[:500], data.x)} for name, x in sets.items()}
    rows["CVAE, draws"]["seconds"] = rows["CVAE, means"]["seconds"] = vae_seconds
    rows["other real glyphs"] |= read_off
    rows = {"DCGAN": row | {"seconds": seconds}} | rows
    return [{"model": name, "runs": [{"seed": seed, **values}]} for name, values in rows.items()]


def main() -> None:
    """Train and measure for the seeds on the command line."""
    torch.set_num_threads(1)
    for seed in map(int, sys.argv[1:]):
        table = trial(seed)
        print(table, flush=True)
        results.write("dcgan_glyphs", results.joined("dcgan_glyphs", table), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
