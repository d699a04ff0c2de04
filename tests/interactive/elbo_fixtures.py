"""Evidence, bound and divergence of the figure `elbo-bars`, as genbook computes them."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.distributions import Normal

from genbook.foundations import kl_on_grid
from genbook.nn.outputs import Gaussian
from genbook.numerics import grid
from genbook.vae import DiagonalGaussian, FactorizedDecoder, StandardNormal, gaussian_kl
from genbook.vae.exact import log_evidence, log_joint, log_posterior

Z, CELL = grid([-30.0], [30.0], 2400)
WORLDS = ((1.5, 0.8), (1.5, 0.0), (-0.7, 1.0), (3.0, 0.35))  # observed x, bend
GAUSSIANS = ((0.0, 1.0), (1.2, 0.27), (-1.4, 0.25), (-3.0, 2.0), (0.4, 0.1))


class Bend(nn.Module):
    """Mean (1 - bend) z + bend z^2 and log standard deviation log 0.5 of x."""

    def __init__(self, bend: float) -> None:
        super().__init__()
        self.bend = bend

    def forward(self, z: Tensor) -> Tensor:
        return torch.cat([(1 - self.bend) * z + self.bend * z**2, torch.full_like(z, 0.5).log()], -1)


def balance(parts: tuple[FactorizedDecoder, StandardNormal], x: Tensor, mean: float, scale: float) -> dict[str, Any]:
    """Return the terms of the bound at one q."""
    log_q = Normal(mean, scale).log_prob(Z[:, 0])
    mass = log_q.exp() * CELL
    joint, posterior = log_joint(*parts, x, Z)[0], log_posterior(*parts, x, Z, CELL)[0]
    likelihood = parts[0](Z).log_prob(x.expand(len(Z), 1))
    q = DiagonalGaussian(torch.tensor([[mean]]).double(), torch.tensor([[scale]]).double().log())
    values = {
        "reconstruction": mass @ likelihood,
        "latent": gaussian_kl(q, parts[1])[0],
        "elbo": mass @ (joint - log_q),
        "gap": kl_on_grid(log_q, posterior, CELL),
    }
    return {"q": [mean, scale], **{name: value.item() for name, value in values.items()}}


def elbo_bars() -> dict[str, Any]:
    """Return a case a world: the evidence, the posterior at some points, and the terms of several q."""
    cases = {}
    for number, (x, bend) in enumerate(WORLDS):
        observed = torch.tensor([[x]], dtype=torch.float64)
        parts = (FactorizedDecoder(Bend(bend), Gaussian(), (1,)), StandardNormal(1).double())
        cases[str(number)] = {
            "x": x,
            "bend": bend,
            "evidence": log_evidence(*parts, observed, Z, CELL).item(),
            "posterior": log_posterior(*parts, observed, Z, CELL)[0, 1000:1400:20].tolist(),
            "rows": [balance(parts, observed, *q) for q in GAUSSIANS],
        }
    return cases
