"""Parameters, mean images and draws of the figure `latent-plane`, as genbook computes them."""

import base64
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from genbook.interactive import plane_bytes, plane_decoder
from genbook.nn import MLP
from genbook.nn.outputs import DiscretizedLogisticMixture
from genbook.numerics import seeded
from genbook.vae import VAE, FactorizedDecoder, GaussianEncoder, StandardNormal

SHIPPED = Path(__file__).parents[2] / "book" / "live" / "models" / "latent-plane.safetensors"
POINTS = torch.tensor([[0.0, 0.0], [1.5, -0.75], [-2.9, 2.9], [0.333, 2.0]], dtype=torch.float64)


def small() -> tuple[VAE, Tensor, Tensor]:
    """Return a model over 3x3 pixels of 5 levels, six images, and their labels."""
    output = DiscretizedLogisticMixture(5, 2)
    with seeded(0):
        decoder = FactorizedDecoder(MLP(2, (7, 4), 9 * output.size), output, (9,))
        model = VAE(GaussianEncoder(MLP(9, (6,), 4)), decoder, StandardNormal(2)).eval()
        for p in model.parameters():
            p.data *= 2
        return model, torch.randint(5, (6, 9)).float(), torch.tensor([0, 1, 2, 3, 9, 9])


def _case(decoder: FactorizedDecoder) -> dict[str, Any]:
    with seeded(4):
        u = torch.rand(len(POINTS), decoder.shape[0], dtype=torch.float64)
    with torch.no_grad():
        given = decoder(POINTS)
    return {
        "z": POINTS.tolist(),
        "params": given.params.flatten(1).tolist(),
        "mean": given.mean().tolist(),
        "u": u.tolist(),
        "draws": given.output.from_uniform(given.params, u).int().tolist(),
    }


def latent_plane() -> dict[str, Any]:
    """Return the shipped decoder, and a small one with its file."""
    model, x, y = small()
    content = plane_bytes(model, x, y, torch.float64)
    with torch.no_grad():
        codes = model.encoder(x).mean
    return {
        "shipped": _case(plane_decoder(SHIPPED.read_bytes())),
        "small": {
            "file": base64.b64encode(content).decode(),
            "codes": codes.flatten().tolist(),
            "labels": y.tolist(),
            **_case(plane_decoder(content)),
        },
    }
