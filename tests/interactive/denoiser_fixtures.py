"""Velocities and DDIM walks of the figure `denoise-digits`, as genbook computes them."""

import base64
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genbook.diffusion import Cosine, DenseNetwork, NetworkDenoiser, Velocity, ddim, even_times, q_xt_x0
from genbook.interactive import denoiser_bytes, denoiser_from_bytes
from genbook.numerics import seeded

SHIPPED = Path(__file__).parents[2] / "book" / "live" / "models" / "denoise-digits.safetensors"
SCHEDULE = Cosine()


def small() -> DenseNetwork:
    """Return an untrained network over 3x3 pixels and two classes."""
    with seeded(0):
        network = DenseNetwork(9, 2, (7, 5), frequencies=3).eval()
        for p in network.parameters():
            p.data *= 2
    return network


def _case(network: DenseNetwork, label: int, scale: float, start: float, steps: int) -> dict[str, Any]:
    with seeded(6):
        image, eps = torch.rand(1, network.dim).double() * 2 - 1, torch.randn(1, network.dim).double()
    t, c = torch.tensor([start], dtype=torch.float64), torch.tensor([label])

    def guided(x: Tensor, time: Tensor) -> Tensor:
        free = network(x, time)
        return free + scale * (network(x, time, c) - free)

    x = q_xt_x0(image, SCHEDULE.alpha(t)[:, None], SCHEDULE.sigma(t)[:, None], eps)
    path: list[Tensor] = []
    denoiser = NetworkDenoiser(guided, SCHEDULE, Velocity())
    with torch.no_grad():
        ddim(denoiser, SCHEDULE, x, even_times(start, 0.0, steps), record=path.append)
        found = denoiser(x, t)
        plain = network(x, t)
    return {
        "label": label,
        "scale": scale,
        "start": start,
        "image": image[0].tolist(),
        "eps": eps[0].tolist(),
        "x": x[0].tolist(),
        "plain": plain[0].tolist(),
        "found": [found.x_0[0].tolist(), found.eps[0].tolist()],
        "path": torch.cat(path).tolist(),
    }


def denoise_digits() -> dict[str, Any]:
    """Return walks of the shipped denoiser, and of a small one with its file."""
    shipped, network = denoiser_from_bytes(SHIPPED.read_bytes()), small()
    content = denoiser_bytes(network, 17, torch.float64)
    return {
        "shipped": [_case(shipped, 7, 2.0, 0.6, 5), _case(shipped, 3, 1.0, 0.98, 3)],
        "small": {"file": base64.b64encode(content).decode(), **_case(denoiser_from_bytes(content), 1, 3.5, 0.9, 4)},
    }
