"""Train a coupling flow on two half moons and write it for the live figure "coupling-layers".

Run from the root of the book:  OMP_NUM_THREADS=1 python benchmarks/live_coupling_layers.py
The card in the file states the divergence of the rounded weights from the known density, by quadrature.
"""

from pathlib import Path

import torch
from torch.optim.lr_scheduler import CosineAnnealingLR

from genbook.data.toys import two_moons
from genbook.flows import ActNorm, Flow, realnvp, start_from_data
from genbook.foundations import kl_on_grid
from genbook.interactive.export_coupling import coupling_bytes, rounded
from genbook.numerics import grid, seeded
from genbook.training import Schedule, fit

TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "coupling-layers.json"
SEED, STEPS, BATCH, POINTS = 0, 3000, 256, 400
MOONS = two_moons()


def trained() -> Flow:
    """Return eight couplings, each with two hidden layers of 24, trained on fresh draws."""
    with seeded(SEED):
        flow = realnvp(2, 8, (24, 24), normalisation=ActNorm)
        start_from_data(flow, MOONS.sample(512).float())
        adam = torch.optim.Adam(flow.parameters(), lr=3e-3)
        x = MOONS.sample(100 * BATCH).float().view(100, BATCH, 2)
        schedule = Schedule(lambda optimizer: CosineAnnealingLR(optimizer, STEPS))
        fit(flow.loss, flow, lambda step: x[step % 100], STEPS, adam, [schedule])
    return rounded(flow)


def divergence(flow: Flow) -> float:
    """Return KL(data || flow) in nats."""
    left, right, bottom, top = MOONS.extent
    x, cell = grid([left, bottom], [right, top], 300)
    with torch.no_grad():
        return float(kl_on_grid(MOONS.log_prob(x), flow.double().log_prob(x), cell))


def main() -> None:
    """Train, measure, and write the file with its card."""
    torch.set_num_threads(1)
    flow = trained()
    with seeded(SEED + 1):
        x = MOONS.sample(POINTS)
    upper = (MOONS.means[None] - x[:, None]).norm(dim=2).argmin(1) < len(MOONS.means) // 2  # the nearer half circle
    card = {
        "command": "python benchmarks/live_coupling_layers.py",
        "model": "RealNVP, 8 affine couplings with networks of two layers of 24, ReLU, ActNorm after each",
        "data": "two half moons with noise 0.1, drawn afresh for 100 batches of 256",
        "seed": SEED,
        "steps": STEPS,
        "precision": "five decimals; metrics of the rounded weights",
        "metrics": {"KL(data || model), nats, =": round(divergence(flow), 4)},
    }
    TARGET.write_bytes(coupling_bytes(flow, x, upper.long(), card))


if __name__ == "__main__":
    main()
