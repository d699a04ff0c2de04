"""Planar layers of the live figure, as genbook computes them."""

from typing import Any

import torch

from genbook.flows.planar import feasible, planar
from genbook.numerics import seeded


def planar_flow() -> dict[str, Any]:
    """Points carried through one to four layers, some of which would fold without the constraint."""
    cases = []
    for seed, count in enumerate((1, 2, 3, 4, 4)):
        with seeded(seed):
            w, u, b = (2 * torch.randn(count, *rest).double() for rest in ((2,), (2,), ()))
            x = 2 * torch.randn(6, 2).double()
        if seed % 2:
            u[0] = -3 * w[0]
        u_hat, m = feasible(u, w)
        z, log_det = x, torch.zeros(6).double()
        for k in range(count):
            z, change = planar(z, w[k], u[k], b[k])
            log_det = log_det + change
        layers = [{"w": w[k].tolist(), "u": u[k].tolist(), "b": b[k].item()} for k in range(count)]
        case = {"layers": layers, "x": x.tolist(), "z": z.tolist(), "log_det": log_det.tolist()}
        cases.append({**case, "u_hat": u_hat.tolist(), "m": m.tolist()})
    return {"cases": cases}
