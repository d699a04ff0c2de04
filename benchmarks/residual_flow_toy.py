"""Residual flows on two moons: exact divergence from the known density, with an unbiased and with a cut-off series.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/residual_flow_toy.py [seed ...]
The divergence KL(data || model) is by quadrature, with the model's exact log-determinants, on one thread.
"""

import sys
from typing import Any

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data import toys
from genbook.flows import LipschitzMLP, Residual, ResidualFlow, Roulette, Truncated
from genbook.flows.lipschitz import norms
from genbook.flows.log_det_series import Terms
from genbook.flows.normalisation import ActNorm, start_from_data
from genbook.nn import StandardNormal
from genbook.numerics import grid, seeded
from genbook.training import Schedule, fit

SEEDS = (0, 1, 2)
BLOCKS, HIDDEN, BOUND, STEPS, BATCH = 8, (32, 32), 0.97, 800, 256
ROWS: dict[str, Terms] = {"Russian roulette": Roulette(4, 0.6), "one term": Truncated(1)}
DATA = toys.two_moons(0.2)


def build(terms: Terms) -> ResidualFlow:
    """Return residual blocks between normalisation layers, which start from the moments of the data."""
    layers = [ActNorm(2)]
    for _ in range(BLOCKS):
        layers += [Residual(LipschitzMLP(2, HIDDEN, BOUND)), ActNorm(2)]
    return ResidualFlow(StandardNormal(2), layers, terms)


def divergence(flow: ResidualFlow) -> float:
    """Return KL(data || model) in nats over a grid on the box of the data."""
    left, right, bottom, top = DATA.extent
    points, cell = grid([left, bottom], [right, top], 200)
    log_p = DATA.log_prob(points)
    with torch.no_grad():
        log_q = flow.double().log_prob(points)
    return (cell * log_p.exp() * (log_p - log_q)).sum().item()


def train(terms: Terms, seed: int) -> dict[str, Any]:
    """Train one seed and measure it."""
    with seeded(seed):
        flow = build(terms)
        start_from_data(flow, DATA.sample(1000))
        adam = torch.optim.Adam(flow.parameters(), lr=5e-3)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        history = fit(flow.loss, flow, lambda step: DATA.sample(BATCH), STEPS, adam, [schedule])
        flow.eval()
        x = DATA.sample(5000)
        with torch.no_grad():
            claimed = torch.stack([flow.loss(x) for _ in range(20)]).mean().item()
            exact = -flow.log_prob(x).mean().item()
    blocks = [m for m in flow.modules() if isinstance(m, Residual)]
    return {
        "seed": seed,
        "claimed nats": claimed,
        "exact nats": exact,
        "largest product of norms": max(norms(block.g).prod().item() for block in blocks),
        "KL": divergence(flow),
        "seconds": history.cpu_seconds,
        "parameters": sum(p.numel() for p in flow.parameters()),
    }


def main() -> None:
    """Measure run by run, writing what there is after each of them."""
    torch.set_num_threads(1)
    for seed in [int(argument) for argument in sys.argv[1:]] or SEEDS:
        for name, terms in ROWS.items():
            run = train(terms, seed)
            print(name, run, flush=True)
            row = {"model": name, "runs": [run]}
            note = "KL(data || model) by quadrature; claimed: what the loss says; seconds are CPU seconds of training"
            results.write("residual_flow_toy", results.joined("residual_flow_toy", [row]), SEEDS, note)


if __name__ == "__main__":
    main()
