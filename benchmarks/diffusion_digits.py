"""Diffusion on 17-level digits: what each ingredient does to the bound and to the samples, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/diffusion_digits.py 0 1 2
Seeds by name, then rows by name where not all are wanted; the results of several runs join. The first rows are
chains of T = 100 steps with one U-Net, one optimiser and one number of training steps; the last has twice the channels
and trains as long as four CPU minutes allow. Weights are averaged; the bound of a chain is summed over all steps, with
fresh noise for every image and step. To measure and to sample, a chain's guess of x_0 is cut to the range of the data.
"""

import sys
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from genbook import results
from genbook.data import batches, digits
from genbook.diffusion import (
    DDPM,
    Clipped,
    ContinuousDiffusion,
    Discrete,
    Epsilon,
    FourierFeatures,
    LearnedVariance,
    LinearLogSNR,
    LossAwareTimes,
    UNet,
    cosine_betas,
    hybrid_loss,
    linear_betas,
)
from genbook.evaluation import digit_classifier, frechet_distance
from genbook.numerics import seeded
from genbook.training import EMA, ClipGradient, Schedule, fit

T, BATCH = 100, 64
EVENT, LEVELS = (1, 8, 8), 17
DATA, JUDGE = digits(), digit_classifier()
NOTE = "bounds <= in nats a test image; CPU seconds of training; distances of 447 images to the 1,000 training images"


def ddpm(betas: Tensor, learned: bool = False) -> DDPM:
    """Return an untrained chain of T steps around a U-Net of 0.2 million weights."""
    network = UNet(1, 1 + learned, (16, 32), (1,), blocks=1, dropout=0.1)
    parametrisation = LearnedVariance(Epsilon()) if learned else Epsilon()
    return DDPM(network, Discrete(betas), EVENT, LEVELS, parametrisation)


def steps_of(n: int) -> Tensor:
    """Return n steps t in {1, ..., T}, all equally likely."""
    return torch.randint(1, T + 1, (n,))


def simple(model: DDPM) -> Callable[[Tensor], Tensor]:
    """Return the loss L_simple."""
    return model.loss


def hybrid(model: DDPM) -> Callable[[Tensor], Tensor]:
    """Return the loss L_hybrid with uniform steps."""
    return lambda x: hybrid_loss(model, x, steps_of(len(x)), torch.randn_like(x)).mean()


def bound(model: DDPM) -> Callable[[Tensor], Tensor]:
    """Return L_vlb in nats with uniform steps, over the number of values."""
    return lambda x: T * model.bound_terms(x, steps_of(len(x)), torch.randn_like(x)).mean() / 64


def bound_by_loss(model: DDPM) -> Callable[[Tensor], Tensor]:
    """Return L_vlb in nats with steps drawn by their loss, over the number of values."""
    times = LossAwareTimes(T)

    def loss(x: Tensor) -> Tensor:
        t, weights = times.draw(len(x))
        terms = model.bound_terms(x, t, torch.randn_like(x))
        times.update(t, terms)
        return T * (weights * terms).mean() / 64

    return loss


def continuous() -> ContinuousDiffusion:
    """Return an untrained model in continuous time, with Fourier features of its input."""
    network = UNet(7, 1, (32, 64), (1,), blocks=1, dropout=0.1)
    return ContinuousDiffusion(FourierFeatures(network), LinearLogSNR(), EVENT, LEVELS)


Row = tuple[Callable[[], nn.Module], Callable, int, float]  # model, loss, steps, step size
ROWS: dict[str, Row] = {
    "linear, simple loss": (lambda: ddpm(linear_betas(T)), simple, 800, 3e-3),
    "linear, simple loss, longer": (lambda: ddpm(linear_betas(T)), simple, 3000, 2e-3),
    "cosine, simple loss": (lambda: ddpm(cosine_betas(T)), simple, 800, 3e-3),
    "cosine, learned variance, hybrid loss": (lambda: ddpm(cosine_betas(T), True), hybrid, 800, 3e-3),
    "cosine, learned variance, bound": (lambda: ddpm(cosine_betas(T), True), bound, 800, 3e-3),
    "cosine, learned variance, bound, steps by loss": (lambda: ddpm(cosine_betas(T), True), bound_by_loss, 800, 3e-3),
    "continuous time, bound": (continuous, lambda model: lambda x: model.loss(x) / 64, 1800, 2e-3),
}


def train(
    model: nn.Module, loss: Callable[[Tensor], Tensor], steps: int, rate: float, seed: int
) -> tuple[nn.Module, float]:
    """Return the averaged model in evaluation mode and the CPU seconds."""
    adam = torch.optim.Adam(model.parameters(), rate)
    cycle = Schedule(OneCycleLR(adam, rate, total_steps=steps + 1, pct_start=0.05, anneal_strategy="cos"))
    average = EMA(model, 0.99 if steps < 1000 else 0.998)
    x = DATA.train.x.view(-1, *EVENT)
    history = fit(loss, model, batches(x, BATCH, seed), steps, adam, [ClipGradient(1.0), cycle, average])
    return average.module.eval().requires_grad_(False), history.cpu_seconds


def bound_by_step(model: DDPM, x: Tensor) -> Tensor:
    """Return the mean terms of minus the bound in nats, the prior term first: (T + 1,)."""
    terms = [model.prior_term(x).mean()]
    for t in range(1, T + 1):
        terms.append(model.bound_terms(x, torch.full((len(x),), t), torch.randn_like(x)).mean())
    return torch.stack(terms)


def continuous_bound(model: ContinuousDiffusion, x: Tensor, draws: int = 50) -> float:
    """Return minus the bound in nats an image, from one time in each of `draws` equal intervals."""
    times = (torch.arange(draws) + torch.rand(draws)) / draws
    found = [
        torch.stack(model.terms(x, t.expand(len(x)), torch.randn_like(x), torch.randn_like(x))).sum(0).mean()
        for t in times
    ]
    return torch.stack(found).mean().item()


def samples(model: nn.Module) -> dict[str, float]:
    """Return what the classifier says of 447 draws."""
    drawn = model.sample(447) if isinstance(model, DDPM) else model.sample(447, steps=T)
    confidence = JUDGE(drawn.flatten(1)).softmax(1).max(1).values
    distance = frechet_distance(JUDGE.features(drawn.flatten(1)), JUDGE.features(DATA.train.x))
    return {"frechet": distance, "sure": float((confidence > 0.95).float().mean())}


def trial(name: str, seed: int) -> dict:
    """Train and measure one row."""
    build, loss, steps, rate = ROWS[name]
    x_test, terms = DATA.test.x.view(-1, *EVENT), []
    with seeded(seed):
        model = build().to(memory_format=torch.channels_last)
        trained, seconds = train(model, loss(model), steps, rate, seed)
        if isinstance(trained, DDPM):
            trained.denoiser.parametrisation = Clipped(trained.denoiser.parametrisation)  # not in training
            terms = [round(value, 5) for value in bound_by_step(trained, x_test).tolist()]
        test = sum(terms) or continuous_bound(trained, x_test)
        run = {"seed": seed, "test": test, "steps": steps, "seconds": seconds, **samples(trained)}
    if terms and seed == 0:
        run["terms"] = terms
    return {"model": name, "parameters": sum(p.numel() for p in model.parameters()), "runs": [run]}


def real() -> dict:
    """Return the row of the test images themselves: the floor of every distance."""
    features = JUDGE.features(DATA.test.x)
    sure = float((JUDGE(DATA.test.x).softmax(1).max(1).values > 0.95).float().mean())
    return {
        "model": "test images",
        "runs": [{"frechet": frechet_distance(features, JUDGE.features(DATA.train.x)), "sure": sure}],
    }


def main() -> None:
    """Train and measure for the seeds and rows on the command line."""
    torch.set_num_threads(1)
    names = [word for word in sys.argv[1:] if not word.isdigit()] or list(ROWS)
    for seed in (int(word) for word in sys.argv[1:] if word.isdigit()):
        for name in names:
            row = trial(name, seed)
            print(row["model"], {k: v for k, v in row["runs"][0].items() if k != "terms"}, flush=True)
            results.write("diffusion_digits", results.joined("diffusion_digits", [row, real()]), (0, 1, 2), NOTE)


if __name__ == "__main__":
    main()
