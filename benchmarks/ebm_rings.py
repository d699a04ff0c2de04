"""Deep energies on three rings: what tames maximum likelihood by Markov chains, by quadrature and three seeds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/ebm_rings.py
Every row is the same network and the same number of updates; what differs is how the negative phase is drawn. The
divergence from the true density is the integral on a grid, in nats, of the averaged weights and of the last ones.
"""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LambdaLR

from genbook import results
from genbook.data import batches
from genbook.data.toys import Rings
from genbook.ebm import EnergyModel, Kernel, Replay
from genbook.nn import MLP
from genbook.numerics import grid, seeded
from genbook.numerics.mcmc import independent, langevin, mala, metropolis_hastings
from genbook.training import EMA, ClipGradient, Schedule, fit

SEEDS = (0, 1, 2)
STEPS, CHAINS, SPREAD, LOCAL = 1200, 512, 3.0, 5
TOY = Rings()


class Wide:
    """N(0, SPREAD^2 I) in two dimensions: where chains begin, and where a jump may land."""

    measure = "lebesgue"

    def log_prob(self, x: Tensor) -> Tensor:
        return -x.square().sum(1) / (2 * SPREAD**2) - math.log(2 * math.pi * SPREAD**2)

    def sample(self, n: int) -> Tensor:
        return SPREAD * torch.randn(n, 2)


def jump_and_walk(energy: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """One jump anywhere, accepted by Metropolis and Hastings, then local steps by MALA."""
    x, _ = metropolis_hastings(energy, x, independent(Wide()), 1)
    return mala(energy, x, 0.01, LOCAL)[0]


def walk(energy: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """Local steps by MALA."""
    return mala(energy, x, 0.01, LOCAL)[0]


ROWS: dict[str, Kernel] = {
    "Langevin, step 0.02": partial(langevin, step_size=0.02, steps=LOCAL),
    "Langevin, step 0.001": partial(langevin, step_size=0.001, steps=LOCAL),
    "MALA, step 0.01": walk,
    "MALA and a jump": jump_and_walk,
}


def divergence(model: EnergyModel) -> tuple[float, float]:
    """Return KL(truth || model) in nats and log Z, both by quadrature."""
    points, cell = grid([-6.0] * 2, [6.0] * 2, 400)
    log_p = TOY.log_prob(points)
    with torch.no_grad():
        log_q = -model.energy(points.float()).double()
    log_z = log_q.logsumexp(0).item() + math.log(cell)
    return float((log_p.exp() * (log_p - log_q + log_z)).sum() * cell), log_z


def train(kernel: Kernel, seed: int) -> dict[str, Any]:
    """Train one seed; a run that leaves the finite numbers is reported as what it is."""
    wide = Wide()
    with seeded(seed):
        model = EnergyModel(MLP(2, (128, 128, 128), 1), (2,), SPREAD)
        replay = Replay(model, kernel, wide.sample(CHAINS))
        ema = EMA(model, decay=0.995)
        adam = torch.optim.Adam(model.parameters(), lr=2e-3, betas=(0.5, 0.99))
        falling = Schedule(lambda optimizer: LambdaLR(optimizer, lambda step: 1 - step / STEPS))
        data = batches(TOY.sample(50_000), CHAINS, seed)
        try:
            history = fit(replay.loss, replay, data, STEPS, adam, [ClipGradient(1.0), ema, falling])
        except (ValueError, FloatingPointError) as error:
            return {"seed": seed, "failed": str(error)}
    kl, log_z = divergence(ema.module)
    last, _ = divergence(model)
    return {"seed": seed, "KL": kl, "KL, last weights": last, "log Z": log_z, "seconds": history.cpu_seconds}


def main() -> None:
    """Measure row by row, writing what there is after each."""
    torch.set_num_threads(1)
    table = []
    for name, kernel in ROWS.items():
        runs = [train(kernel, seed) for seed in SEEDS]
        print(name, runs, flush=True)
        table.append({"model": name, "runs": runs})
        note = "KL(truth || model) in nats by quadrature, averaged weights; seconds are CPU seconds of training"
        results.write("ebm_rings", table, SEEDS, note)


if __name__ == "__main__":
    main()
