"""Planar and Sylvester flows fitted to four potentials: the exact divergence by quadrature, against the layers.

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/planar_potentials.py [seed ...]
KL(model || target) in nats, where the constant of the target is by quadrature too; on one thread.
"""

import math
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook import results
from genbook.data.potentials import EXTENT, POTENTIALS
from genbook.flows import Flow, Inverse, Planar, Sylvester
from genbook.nn import StandardNormal
from genbook.numerics import grid, seeded
from genbook.training import Schedule, fit

SEEDS = (0, 1, 2)
STEPS, BATCH = 800, 128
# name -> (layers, how to build one)
ROWS: dict[str, tuple[int, Callable[[], nn.Module]]] = {
    "planar, 2 layers": (2, lambda: Planar(2)),
    "planar, 8 layers": (8, lambda: Planar(2)),
    "planar, 24 layers": (24, lambda: Planar(2)),
    "Sylvester, 12 layers of 2 units": (12, lambda: Sylvester(2, 2)),
}


def divergence(flow: Flow, potential: Callable[[Tensor], Tensor]) -> float:
    """Return KL(model || target) in nats over a grid on the box of the target."""
    left, right, bottom, top = EXTENT
    points, cell = grid([left, bottom], [right, top], 200)
    log_p = -potential(points)
    log_p = log_p - log_p.logsumexp(0) - math.log(cell)
    with torch.no_grad():
        log_q = flow.double().log_prob(points)
    return (cell * log_q.exp() * (log_q - log_p)).sum().item()


def train(layers: int, layer: Callable[[], nn.Module], potential: Callable[[Tensor], Tensor], seed: int) -> Flow:
    """Fit a flow from noise to the target by its reverse divergence."""
    with seeded(seed):
        flow = Flow(StandardNormal(2), [Inverse(layer()) for _ in range(layers)])

        def reverse(noise: Tensor) -> Tensor:
            z, log_det = flow.inverse(noise)
            return (flow.base.log_prob(noise) - log_det + potential(z)).mean()

        adam = torch.optim.Adam(flow.parameters(), lr=1e-2)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        fit(reverse, flow, lambda step: torch.randn(BATCH, 2), STEPS, adam, [schedule])
    return flow


def main() -> None:
    """Measure run by run, writing what there is after each seed of a row."""
    torch.set_num_threads(1)
    for seed in [int(argument) for argument in sys.argv[1:]] or SEEDS:
        for name, (layers, layer) in ROWS.items():
            run: dict[str, Any] = {"seed": seed}
            for target, potential in POTENTIALS.items():
                run[target] = divergence(train(layers, layer, potential, seed), potential)
            print(name, run, flush=True)
            note = "KL(model || target) in nats by quadrature"
            rows = results.joined("planar_potentials", [{"model": name, "runs": [run]}])
            results.write("planar_potentials", rows, SEEDS, note)


if __name__ == "__main__":
    main()
