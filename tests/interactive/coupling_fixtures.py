"""Paths of points through the coupling flow of the figure `coupling-layers`, as genbook computes them."""

import base64
import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genbook.flows import ActNorm, Affine, Coupling, Flow, realnvp
from genbook.interactive.export_coupling import coupling_bytes, rounded
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded

SHIPPED = Path(__file__).parents[2] / "book" / "live" / "models" / "coupling-layers.json"


def flow_from_file(content: bytes) -> Flow:
    """Build the flow that a file describes, in double precision."""
    transforms: list[torch.nn.Module] = []
    for layer in json.loads(content)["layers"]:
        sizes = [len(dense["bias"]) for dense in layer["dense"]]
        network = MLP(1, sizes[:-1], sizes[-1], torch.nn.ReLU)
        linear = [m for m in network if isinstance(m, torch.nn.Linear)]
        norm = ActNorm(2)
        with torch.no_grad():
            for module, dense in zip(linear, layer["dense"], strict=True):
                module.weight.data = torch.tensor(dense["weight"], dtype=torch.double)
                module.bias.data = torch.tensor(dense["bias"], dtype=torch.double)
            norm.log_scale.data = torch.tensor(layer["log_scale"], dtype=torch.double)
            norm.shift.data = torch.tensor(layer["shift"], dtype=torch.double)
        kept = torch.arange(2) == layer["still"]
        transforms += [Coupling(kept, network, Affine(layer["limit"])), norm]
    return Flow(StandardNormal(2), transforms).double()


def small() -> bytes:
    """A file with a lively flow of three layers."""
    with seeded(0):
        flow = realnvp(2, 3, (5,), normalisation=ActNorm)
        with torch.no_grad():
            for p in flow.parameters():
                p.add_(0.3 * torch.randn_like(p))
        return coupling_bytes(rounded(flow), torch.randn(4, 2), torch.tensor([0, 1, 1, 0]), {"command": "none"})


@torch.no_grad()
def way(flow: Flow, x: Tensor, backward: bool) -> dict[str, Any]:
    """Points after every coupling and its ActNorm, and the log-determinants so far."""
    layers = list(flow.transform.transforms)
    pairs = list(zip(layers[::2], layers[1::2], strict=True))
    points, log_dets = [x], [x.new_zeros(len(x))]
    for coupling, norm in reversed(pairs) if backward else pairs:
        first, second = (norm.inverse, coupling.inverse) if backward else (coupling, norm)
        y, one = first(points[-1])
        y, other = second(y)
        points.append(y)
        log_dets.append(log_dets[-1] + one + other)
    return {"points": torch.stack(points, 1).tolist(), "log_dets": torch.stack(log_dets, 1).tolist()}


def coupling_layers() -> dict[str, Any]:
    """Both directions through a small flow and through the shipped one."""
    with seeded(1):
        x = torch.randn(6, 2, dtype=torch.double)
    cases = {}
    for name, content in {"small": small(), "shipped": SHIPPED.read_bytes()}.items():
        flow = flow_from_file(content)
        ways = {"forward": way(flow, x, False), "backward": way(flow, x, True)}
        cases[name] = {"file": base64.b64encode(content).decode() if name == "small" else "", **ways}
    return cases
