"""Velocities and ways of the shipped vector field, as genbook's solvers compute them."""

from pathlib import Path
from typing import Any

import torch

from genbook.interactive import field_from_bytes
from genbook.numerics import euler, rk4, seeded

SHIPPED_FIELD = Path(__file__).parents[2] / "book" / "live" / "models" / "ode-flow.safetensors"
SOLVERS = {"euler": euler, "rk4": rk4}


def ode_flow() -> dict[str, Any]:
    """Velocities at some times and places, and where both solvers end after some numbers of steps."""
    field = field_from_bytes(SHIPPED_FIELD.read_bytes())
    with seeded(5), torch.no_grad():
        x = 1.5 * torch.randn(8, 2, dtype=torch.float64)
        times = torch.linspace(0, 1, 5).tolist()
        ends = {
            name: {str(steps): solver(field, x, 0.0, 1.0, steps=steps).tolist() for steps in (1, 2, 4, 16, 64)}
            for name, solver in SOLVERS.items()
        }
        halfway = rk4(field, x, 0.0, 0.5, steps=4)
        return {
            "x": x.tolist(),
            "times": times,
            "velocities": [field(t, x).tolist() for t in times],
            "ends": ends,
            "halfway": halfway.tolist(),
        }
