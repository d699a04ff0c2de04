"""Variational autoencoders on handwritten digits: bounds of several decoders and likelihoods, three seeds each.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/vae_digits.py [seed ...]
Each model trains on 1,000 images, is chosen on 350 and measured once on 447; on one thread, in CPU seconds. Runs of
single seeds join what is stored.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import batches, digits
from genbook.evaluation import nats, nats_of
from genbook.nn import MLP
from genbook.nn.outputs import Bernoulli, Categorical, DiscretizedLogisticMixture, Gaussian, Output
from genbook.numerics import dequantise, dequantised_log_prob, seeded
from genbook.training import EMA, ClipGradient, Run, Schedule, Validate, fit
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, ImageDecoder, StandardNormal, gaussian_kl

SEEDS = (0, 1, 2)
MARK = 92.0  # nats; the time to reach it is reported
LATENTS, DROPOUT = 16, 0.2
MIXTURE = DiscretizedLogisticMixture(levels=17, components=5)
GREY, BITS = digits(), digits(binary=True)


def mlp_vae(output: Output, width: int = 384, embed: Callable[[Tensor], Tensor] | None = None) -> VAE:
    """Return a model with two fully connected networks of two layers."""
    encoder = MLP(64, (width, width), 2 * LATENTS, dropout=DROPOUT)
    decoder = MLP(LATENTS, (width, width), 64 * output.size, dropout=DROPOUT)
    halves = (GaussianEncoder(encoder, embed or output.embed), FactorizedDecoder(decoder, output, (64,)))
    return VAE(*halves, StandardNormal(LATENTS), gaussian_kl)


def convolutional() -> VAE:
    """Return a model whose decoder shares what it learns across places."""
    encoder = GaussianEncoder(MLP(64, (256, 256), 2 * LATENTS, dropout=DROPOUT), MIXTURE.embed)
    network = ImageDecoder(LATENTS, (1, 8, 8), MIXTURE.size, width=32, halvings=1, dropout=DROPOUT)
    return VAE(encoder, FactorizedDecoder(network, MIXTURE, (64,)), StandardNormal(LATENTS), gaussian_kl)


class Dequantised(nn.Module):
    """A model of densities on [0, 1]^64, fed with levels to which uniform noise is added: a bound on their mass."""

    def __init__(self, levels: int = 17) -> None:
        super().__init__()
        self.model, self.levels = mlp_vae(Gaussian(), embed=lambda y: 2 * y - 1), levels

    def elbo(self, x: Tensor) -> Tensor:
        """Return a bound on log P(x) at one draw of noise and latents, (B,)."""
        return dequantised_log_prob(self.model.elbo, x, torch.rand_like(x), self.levels)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -elbo up to a constant, in nats."""
        return self.model.loss(dequantise(x, torch.rand_like(x), self.levels))

    def log_weights(self, x: Tensor, n: int) -> Tensor:
        """Return log p(x, z) - log q(z, u | x) at n draws of noise u and latents z, (n, B): unbiased for P(x)."""
        every = x.expand(n, *x.shape).flatten(0, 1)
        density = lambda y: self.model.log_weights(y, 1)[0]  # noqa: E731
        return dequantised_log_prob(density, every, torch.rand_like(every), self.levels).view(n, -1)


# name -> data, how to build the model, and for how many steps to train it
ROWS: dict[str, tuple[Any, Callable[[], nn.Module], int]] = {
    "MLP decoder, logistic mixture": (GREY, lambda: mlp_vae(MIXTURE), 1500),
    "convolutional decoder, logistic mixture": (GREY, convolutional, 2000),
    "MLP decoder, one logistic": (GREY, lambda: mlp_vae(DiscretizedLogisticMixture(17, 1)), 1500),
    "MLP decoder, softmax": (GREY, lambda: mlp_vae(Categorical(17)), 1500),
    "MLP decoder, Gaussian, dequantised": (GREY, Dequantised, 1500),
    "MLP decoder, Bernoulli": (BITS, lambda: mlp_vae(Bernoulli()), 1000),
}


class Clock:
    """Callback: notes the seconds, less its own, at which the test bound passes MARK; nothing is chosen by it."""

    def __init__(self, model: nn.Module) -> None:
        self.model, self.own = model, 0.0
        self.reached: float | None = None

    def after_step(self, run: Run) -> None:
        """Measure every 25 steps until the mark is passed."""
        if self.reached is None and run.step % 25 == 0:
            start = time.process_time()
            with seeded(1):
                passed = nats(self.model, GREY.test.x).mean <= MARK
            self.own += time.process_time() - start
            if passed:
                self.reached = run.history.cpu_seconds - self.own


def train(data: Any, build: Callable[[], nn.Module], steps: int, seed: int) -> tuple[nn.Module, dict[str, Any]]:
    """Train one seed; return the model with its best averaged weights, and what training cost."""
    with seeded(seed):
        model = build()
        ema = EMA(model, decay=0.995)
        keep_best = Validate(lambda m: nats(m, data.valid.x).mean, 100, ema.module)
        clock = Clock(ema.module)
        watch = [clock] if data is GREY else []
        adam = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.01)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, steps))
        callbacks = [ClipGradient(10.0), ema, *watch, keep_best, schedule]
        history = fit(model.loss, model, batches(data.train.x, 50, seed), steps, adam, callbacks)
    seconds = {"seconds": history.cpu_seconds - clock.own, "seconds to 92": clock.reached}
    return ema.module.eval(), {"seed": seed, "valid": keep_best.best, "steps": keep_best.best_step, **seconds}


def bounds(model: Any, x: Tensor, n: int = 500) -> dict[str, float]:
    """Return -log p(x) of images x (N, 64) as bounded by single draws and by n draws together, nats an image."""
    with seeded(0), torch.no_grad():
        log_w = torch.cat([model.log_weights(part, n) for part in x.split(8)], 1)  # (n, N)
    iwae = nats_of(lambda rows: rows.logsumexp(1) - torch.tensor(float(n)).log(), log_w.T, "<=")
    return {"elbo": -log_w.mean().item(), "iwae": iwae.mean, "standard error": iwae.standard_error}


def measured(name: str, seed: int) -> dict[str, Any]:
    """Train and measure one seed of one row."""
    model, run = train(*ROWS[name], seed)
    return {**run, **bounds(model, ROWS[name][0].test.x)}


def store(result: str, row: dict[str, Any], order: list[str]) -> None:
    """Join a row with what is stored; rows stand in the given order of their models."""
    note = "test nats an image, upper bounds by one and by 500 draws; seconds are CPU seconds of training"
    rows = sorted(results.joined(result, [row]), key=lambda row: order.index(row["model"]))
    results.write(result, rows, SEEDS, note)


def main() -> None:
    """Measure row by row, joining what is stored."""
    torch.set_num_threads(1)
    seeds = tuple(map(int, sys.argv[1:])) or SEEDS
    for name, (_, build, _) in ROWS.items():
        runs = [measured(name, seed) for seed in seeds]
        print(name, runs, flush=True)
        size = sum(p.numel() for p in build().parameters())
        store("vae_digits", {"model": name, "parameters": size, "runs": runs}, list(ROWS))


if __name__ == "__main__":
    main()
