"""Every flow of the chapter on three toys in the plane: KL(data || model) by quadrature, parameters and seconds.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/flow_toys.py [seed ...]
The steps are such that training takes eight to ten CPU seconds each; nothing is chosen on anything but these lines.
"""

import copy
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR

from genbook import results
from genbook.data import toys
from genbook.flows import (
    ContinuousFlow,
    Flow,
    InvertibleConv,
    LipschitzMLP,
    Planar,
    Radial,
    Residual,
    ResidualFlow,
    Sylvester,
    Velocity,
    maf,
    nice,
    realnvp,
    spline_autoregressive,
    spline_coupling,
    whitening_flow,
)
from genbook.flows.normalisation import ActNorm
from genbook.nn import StandardNormal
from genbook.numerics import grid, seeded
from genbook.training import EMA, ClipGradient, Schedule, fit

SEEDS, BATCH, SIDE = (0, 1, 2), 256, 200
DATA = {"two moons": toys.two_moons(), "eight Gaussians": toys.eight_gaussians(), "checkerboard": toys.Checkerboard()}


def stacked(layer: Callable[[], nn.Module], layers: int) -> Flow:
    """Return `layers` layers of one kind, each followed by a normalisation."""
    transforms = [part for _ in range(layers) for part in (layer(), ActNorm(2))]
    return Flow(StandardNormal(2), transforms)


def glow_like() -> Flow:
    """Return affine couplings between normalisations and learned rotations, as in Glow."""
    transforms: list[nn.Module] = []
    for coupling in realnvp(2, 8).transform.transforms:
        transforms += [ActNorm(2), InvertibleConv(2), coupling]
    return Flow(StandardNormal(2), transforms)


def residual() -> Flow:
    """Return a Residual Flow of eight blocks."""
    layers = [part for _ in range(8) for part in (Residual(LipschitzMLP(2, (32, 32), 0.97)), ActNorm(2))]
    return ResidualFlow(StandardNormal(2), layers)


ROWS: dict[str, tuple[Callable[[], nn.Module], int, float]] = {  # name: (flow, steps, highest learning rate)
    "planar, 32 layers": (lambda: stacked(lambda: Planar(2), 32), 400, 1e-2),
    "radial, 32 layers": (lambda: stacked(lambda: Radial(2), 32), 350, 1e-2),
    "Sylvester, 16 layers of 2": (lambda: stacked(lambda: Sylvester(2, 2), 16), 600, 1e-2),
    "NICE, 8 couplings": (lambda: nice(2, 8), 2000, 3e-3),
    "RealNVP, 8 couplings": (lambda: realnvp(2, 8), 1900, 3e-3),
    "Glow, 8 couplings": (glow_like, 1000, 3e-3),
    "MAF, 8 layers": (lambda: maf(2, 8), 1400, 3e-3),
    "spline coupling, 4 layers": (lambda: spline_coupling(2, 4), 1500, 3e-3),
    "spline autoregressive, 4 layers": (lambda: spline_autoregressive(2, 4), 1400, 3e-3),
    "Residual Flow, 8 blocks": (residual, 400, 5e-3),
    "continuous (FFJORD)": (lambda: ContinuousFlow(StandardNormal(2), Velocity(2)), 250, 5e-3),
}


def log_density(flow: nn.Module, x: Tensor) -> Tensor:
    """Return the log-density of a batch: exact, or up to a solver of 32 Runge-Kutta steps."""
    return flow.log_prob(x) if hasattr(flow, "log_prob") else flow.log_prob_ode(x)


def divergence(flow: nn.Module, data: Any, mean: Tensor, scale: Tensor) -> tuple[float, float]:
    """Return KL(data || model) in nats by quadrature, and the mass of the model in the box."""
    left, right, bottom, top = data.extent
    points, cell = grid([left, bottom], [right, top], SIDE)
    log_p = data.log_prob(points)
    exact = copy.deepcopy(flow).double().eval()
    with torch.no_grad():
        log_q = log_density(exact, (points - mean) / scale) - scale.log().sum()
    inside = log_p > -torch.inf
    kl = cell * (log_p.exp() * (log_p - log_q))[inside].sum()
    return kl.item(), (cell * log_q.exp().sum()).item()


def train(name: str, toy: str, seed: int) -> dict[str, Any]:
    """Train one flow on standardised draws and measure the average of its weights."""
    build, steps, rate = ROWS[name]
    data = DATA[toy]
    with seeded(seed):
        sample = data.sample(10_000)
        mean, scale = sample.mean(0), sample.std(0)
        flow = build()
        adam = torch.optim.Adam(flow.parameters(), lr=rate)
        schedule = Schedule(lambda optimizer: OneCycleLR(optimizer, rate, total_steps=steps))
        average = EMA(flow, 0.995)
        start = time.process_time()
        batch = lambda step: (data.sample(BATCH) - mean) / scale  # noqa: E731
        fit(flow.loss, flow, batch, steps, adam, [ClipGradient(5.0), schedule, average])
        seconds = time.process_time() - start
    kl, mass = divergence(average.module, data, mean.double(), scale.double())
    parameters = sum(p.numel() for p in flow.parameters())
    return {"seed": seed, "KL": kl, "mass": mass, "seconds": seconds, "steps": steps, "parameters": parameters}


def gaussian(toy: str) -> dict[str, Any]:
    """Return the divergence of the linear flow of maximum likelihood, which no seed changes much."""
    data = DATA[toy]
    with seeded(0):
        flow = whitening_flow(data.sample(100_000))
    kl, mass = divergence(flow, data, torch.zeros(2).double(), torch.ones(2).double())
    return {"KL": kl, "mass": mass, "seconds": 0.0, "steps": 0, "parameters": 5}


def main() -> None:
    """Measure run by run, writing what there is after each seed."""
    torch.set_num_threads(1)
    seeds = [int(argument) for argument in sys.argv[1:]] or SEEDS
    note = "KL(data || model) in nats by quadrature on 200 x 200 points; mass of the model in the box; CPU seconds"
    for toy in DATA:
        rows = results.joined("flow_toys", [{"model": f"{toy}: linear", "runs": [gaussian(toy)]}])
        results.write("flow_toys", rows, SEEDS, note)
        for name in ROWS:
            for seed in seeds:
                run = train(name, toy, seed)
                print(toy, name, run, flush=True)
                rows = results.joined("flow_toys", [{"model": f"{toy}: {name}", "runs": [run]}])
                results.write("flow_toys", rows, SEEDS, note)


if __name__ == "__main__":
    main()
