"""Energies, normalisers, Gibbs steps and pushes of the energy-based figures, as genbook and autograd compute them."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genbook.data import digits
from genbook.ebm import RBM, HiddenSum
from genbook.interactive import rbm_from_bytes
from genbook.numerics import seeded

SHIPPED_RBM = Path(__file__).parents[2] / "book" / "live" / "models" / "rbm-digits.safetensors"
CELLS, WIDTH = 61, 0.35
RUNS = (([13, 22, 45], 0.5, True, 40), ([13, 22, 45], 0.5, False, 40), ([0, 30, 60], 1.0, True, 3))


def gibbs_step(rbm: RBM, x: Tensor, u_hidden: Tensor, u_visible: Tensor) -> tuple[Tensor, Tensor]:
    """Return h and the next x from given uniform numbers."""
    h = (u_hidden < torch.sigmoid(rbm.hidden_field(x))).double()
    return h, (u_visible < rbm.visible.mean(h @ rbm.w.T)).double()


def rbm_gibbs() -> dict[str, Any]:
    """Fields, free energies and log Z of the shipped RBM, and a chain of three steps from given uniform numbers."""
    rbm = rbm_from_bytes(SHIPPED_RBM.read_bytes())
    with seeded(12), torch.no_grad():
        x = torch.cat([digits(binary=True).test.x[:4].double(), torch.rand(2, 64).round().double()])
        u = [(torch.rand(len(x), 16).double(), torch.rand(len(x), 64).double()) for _ in range(3)]
        chain, now = [], x
        for u_hidden, u_visible in u:
            h, now = gibbs_step(rbm, now, u_hidden, u_visible)
            chain.append({"h": h.int().tolist(), "x": now.int().tolist()})
        return {
            "x": x.int().tolist(),
            "hidden_field": rbm.hidden_field(x).tolist(),
            "visible_field": (rbm.visible.b + rbm.hidden_field(x).sigmoid() @ rbm.w.T).tolist(),
            "free_energy": rbm.energy(x).tolist(),
            "log_z": HiddenSum(rbm).log_z().item(),
            "u": [[u_hidden.tolist(), u_visible.tolist()] for u_hidden, u_visible in u],
            "chain": chain,
        }


def pushes(data: list[int], size: float, negative: bool, steps: int) -> dict[str, Any]:
    """Descend by autograd on the mean of -log p, or on the mean energy alone, over the cells of a line."""
    line = torch.linspace(-3, 3, CELLS, dtype=torch.float64)
    bumps = (-((line[:, None] - line) ** 2) / (2 * WIDTH**2)).exp()
    theta = torch.zeros(CELLS, dtype=torch.float64, requires_grad=True)
    for _ in range(steps):
        energy = -bumps @ theta
        loss = energy[data].mean() + (torch.logsumexp(-energy, 0) if negative else 0.0)
        (gradient,) = torch.autograd.grad(loss, theta)
        theta = (theta - size * gradient).detach().requires_grad_()
    energy = (-bumps @ theta).detach()
    log_z = torch.logsumexp(-energy, 0)
    return {
        "data": data,
        "size": size,
        "negative": negative,
        "steps": steps,
        "energy": energy.tolist(),
        "log_z": log_z.item(),
        "p": (-energy - log_z).exp().tolist(),
        "log_likelihood": (-energy[data].mean() - log_z).item(),
    }


def push_down() -> dict[str, Any]:
    """Return where runs of pushes end."""
    return {str(i): pushes(*run) for i, run in enumerate(RUNS)}
