"""Probabilistic PCA of the shipped spectrum at many noises, as genbook computes it."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load

from genbook.nn import StandardNormal
from genbook.vae import PPCA, LinearDecoder, gaussian_kl, lengths
from genbook.vae.gaussian import DiagonalGaussian

SHIPPED = Path(__file__).parents[2] / "book" / "live" / "models" / "ppca-digits.safetensors"
NOISES = (0.2, 1.3, 9.0, 60.0, 190.0)
LATENTS = (1, 8, 32)


def model(variance: float, latents: int) -> PPCA:
    """Return the best model for this noise."""
    file = load(SHIPPED.read_bytes())
    w = file["directions"][:latents].T * lengths(file["values"][:latents], variance)
    return PPCA(LinearDecoder(w, file["mean"], variance))


def case(variance: float, latents: int) -> dict[str, Any]:
    """Return columns, posteriors, reconstructions, rates and the mean evidence."""
    file, ppca = load(SHIPPED.read_bytes()), model(variance, latents)
    q = ppca.posterior(file["examples"][:3].double())
    # Points whose mean is the mean and whose covariance is the one in the file: plus and minus each scaled axis.
    axes = (len(file["values"]) * file["values"]).sqrt()[:, None] * file["directions"]  # (D, D)
    x = file["mean"] + torch.cat([axes, -axes])
    over = ppca.posterior(x)
    wide = DiagonalGaussian(over.mean, over.factor.diagonal().log().expand_as(over.mean))
    return {
        "variance": variance,
        "latents": latents,
        "lengths": ppca.decoder.w.norm(dim=0).tolist(),
        "means": q.mean.tolist(),
        "scales": q.covariance.diagonal().sqrt().tolist(),
        "rebuilt": ppca.decoder(q.mean).mean.tolist(),
        "rate": gaussian_kl(wide, StandardNormal(latents).double()).mean().item(),
        "evidence": ppca.log_prob(x).mean().item(),
    }


def ppca_directions() -> list[dict[str, Any]]:
    """Return a case for every noise and number of latents."""
    with torch.no_grad():
        return [case(variance, latents) for variance in NOISES for latents in LATENTS]
