"""Train the continuous flow of the live figure "ode-flow" and write its vector field, with a card.

Run from the root of the book:  python benchmarks/live_ode_flow.py
The card states the divergence of exactly these weights from the two moons, by quadrature with a tight solver.
"""

import json
import platform
from functools import partial
from hashlib import sha256
from pathlib import Path

import torch

from genbook.data.toys import two_moons
from genbook.flows import ContinuousFlow, Velocity
from genbook.interactive.export_ode import field_bytes, field_from_bytes
from genbook.nn import StandardNormal
from genbook.numerics import dormand_prince, grid, rk4, seeded
from genbook.training import fit

TARGET = Path(__file__).parents[1] / "book" / "live" / "models" / "ode-flow.safetensors"
SEED, STEPS, BATCH, HIDDEN, CELLS = 0, 500, 256, (32, 32), 120
MOONS = two_moons()


def trained() -> ContinuousFlow:
    """Return a flow trained on fresh draws by eight steps of Runge-Kutta."""
    with seeded(SEED):
        flow = ContinuousFlow(StandardNormal(2), Velocity(2, HIDDEN), partial(rk4, steps=8))
        adam = torch.optim.Adam(flow.parameters(), 0.02)
        decay = torch.optim.lr_scheduler.OneCycleLR(adam, 0.02, STEPS)
        fit(flow.loss, flow, lambda step: MOONS.sample(BATCH), STEPS, adam, [lambda _: decay.step()])
    return flow


def divergence(field: Velocity) -> float:
    """Return KL(data || flow) in nats for a field in double precision."""
    left, right, bottom, top = MOONS.extent
    points, cell = grid([left, bottom], [right, top], CELLS)
    flow = ContinuousFlow(StandardNormal(2).double(), field)
    log_p = MOONS.log_prob(points)
    with torch.no_grad():
        log_q = flow.log_prob_ode(points, partial(dormand_prince, rtol=1e-7, atol=1e-7))
    return float((log_p.exp() * (log_p - log_q)).sum() * cell)


def main() -> None:
    """Train, measure what a reader of the file gets, write file and card."""
    torch.set_num_threads(1)
    with seeded(SEED):
        shown = MOONS.sample(300)
    content = field_bytes(trained().field, shown)
    card = {
        "figure": "ode-flow",
        "model": "continuous flow, velocity by a network with tanh, trained by RK4 of 8 steps with exact traces",
        "command": "python benchmarks/live_ode_flow.py",
        "seed": SEED,
        "steps": STEPS,
        "data": f"two moons, fresh batches of {BATCH}; the file shows 300 draws",
        "precision": "half; the metric is that of the rounded weights, in double precision",
        "metrics": {
            "KL(data || flow)": {
                "value": round(divergence(field_from_bytes(content)), 4),
                "unit": "nats",
                "relation": "~",
            }
        },
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "bytes": len(content),
        "sha256": sha256(content).hexdigest(),
    }
    TARGET.write_bytes(content)
    TARGET.with_suffix(".json").write_text(json.dumps(card, indent=2) + "\n")
    print(card)


if __name__ == "__main__":
    main()
