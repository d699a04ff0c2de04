"""Diffusion on 17-level digits: what each ingredient does to the bound and to the samples, three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/diffusion_digits.py 0 1 2
Seeds by name, then rows by name where not all are wanted; the results of several runs join. All rows share one U-Net,
one batch size and one optimiser; all but the last take T = 200 steps and the same number of training steps. Weights are
averaged; the bound is summed over all steps, with fresh noise for every image and step, and needs no choice.
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

T, STEPS, LONG, BATCH, RATE, WIDTHS = 200, 800, 1800, 64, 2e-3, (32, 64)
EVENT, LEVELS = (1, 8, 8), 17
DATA, JUDGE = digits(), digit_classifier()
NOTE = "bounds <= in nats a test image; CPU seconds of training; distances of 447 images to the 1,000 training images"


def unet(inputs: int = 1, outputs: int = 1, dropout: float = 0.1) -> UNet:
    """Return the network that all rows share, 0.7 million weights."""
    return UNet(inputs, outputs, widths=WIDTHS, attention=(1,), blocks=1, dropout=dropout)


def ddpm(betas: Tensor, learned: bool = False, blend: float = 0.0) -> DDPM:
    """Return an untrained chain of T steps."""
    parametrisation = LearnedVariance(Epsilon()) if learned else Epsilon()
    return DDPM(unet(outputs=1 + learned), Discrete(betas), EVENT, LEVELS, parametrisation, blend)


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
    return ContinuousDiffusion(FourierFeatures(unet(inputs=7)), LinearLogSNR(), EVENT, LEVELS)


ROWS: dict[str, tuple[Callable[[], nn.Module], Callable, int]] = {
    "linear, simple loss": (lambda: ddpm(linear_betas(T)), simple, STEPS),
    "cosine, simple loss": (lambda: ddpm(cosine_betas(T)), simple, STEPS),
    "cosine, learned variance, hybrid loss": (lambda: ddpm(cosine_betas(T), learned=True), hybrid, STEPS),
    "cosine, learned variance, bound": (lambda: ddpm(cosine_betas(T), learned=True), bound, STEPS),
    "cosine, learned variance, bound, steps by loss": (
        lambda: ddpm(cosine_betas(T), learned=True),
        bound_by_loss,
        STEPS,
    ),
    "continuous time, bound": (continuous, lambda model: lambda x: model.loss(x) / 64, LONG),
}


def train(model: nn.Module, loss: Callable[[Tensor], Tensor], steps: int, seed: int) -> tuple[nn.Module, float]:
    """Return the averaged model in evaluation mode and the CPU seconds."""
    adam = torch.optim.Adam(model.parameters(), RATE)
    rate = Schedule(OneCycleLR(adam, RATE, total_steps=steps + 1, pct_start=0.05, anneal_strategy="cos"))
    average = EMA(model, 0.998)
    x = DATA.train.x.view(-1, *EVENT)
    history = fit(loss, model, batches(x, BATCH, seed), steps, adam, [ClipGradient(1.0), rate, average])
    return average.module.eval().requires_grad_(False), history.cpu_seconds


def bound_by_step(model: DDPM, x: Tensor) -> Tensor:
    """Return the mean terms of minus the bound in nats, the prior term first: (T + 1,)."""
    terms = [model.prior_term(x).mean()]
    for t in range(1, T + 1):
        terms.append(model.bound_terms(x, torch.full((len(x),), t), torch.randn_like(x)).mean())
    return torch.stack(terms)


def bound_of(model: nn.Module, x: Tensor, draws: int = 100) -> float:
    """Return minus the bound in nats an image."""
    if isinstance(model, DDPM):
        return bound_by_step(model, x).sum().item()
    times = (torch.arange(draws) + torch.rand(draws)) / draws  # one in every interval
    return (
        sum(
            torch.stack(model.terms(x, t.expand(len(x)), torch.randn_like(x), torch.randn_like(x))).sum(0).mean().item()
            for t in times
        )
        / draws
    )


def samples(model: nn.Module) -> dict[str, float]:
    """Return what the classifier says of 447 draws."""
    drawn = model.sample(447) if isinstance(model, DDPM) else model.sample(447, steps=T)
    confidence = JUDGE(drawn.flatten(1)).softmax(1).max(1).values
    distance = frechet_distance(JUDGE.features(drawn.flatten(1)), JUDGE.features(DATA.train.x))
    return {"frechet": distance, "sure": float((confidence > 0.95).float().mean())}


def trial(name: str, seed: int) -> dict:
    """Train and measure one row."""
    build, loss, steps = ROWS[name]
    with seeded(seed):
        model = build().to(memory_format=torch.channels_last)
        trained, seconds = train(model, loss(model), steps, seed)
        valid, test = (bound_of(trained, part.x.view(-1, *EVENT)) for part in (DATA.valid, DATA.test))
        found = samples(trained)
    parameters = sum(p.numel() for p in model.parameters())
    run = {"seed": seed, "valid": valid, "test": test, "steps": steps, "seconds": seconds, **found}
    if isinstance(trained, DDPM) and seed == 0:
        with seeded(7):
            terms = bound_by_step(trained, DATA.test.x.view(-1, *EVENT)).tolist()
        run["terms"] = [round(value, 5) for value in terms]
    return {"model": name, "parameters": parameters, "runs": [run]}


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
