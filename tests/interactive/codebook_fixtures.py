"""Codebooks of running means over points in the plane, step by step, as genbook computes them."""

from typing import Any

import torch

from genbook.numerics import seeded
from genbook.vae import EMAQuantiser, codebook_perplexity

STEPS = 12
SETTINGS = ((0.0, 0.0, 0.0), (0.8, 0.0, 4.0), (0.5, 0.1, 4.0), (0.9, 0.3, 0.0))  # decay, revive below, how far off


def codebook() -> dict[str, Any]:
    """Return a case a setting: points, the first codes, the points that the dead go to, and every state after it."""
    cases = {}
    for number, (decay, below, far) in enumerate(SETTINGS):
        with seeded(number):
            points = torch.randn(40, 2, dtype=torch.float64)
            quantiser = EMAQuantiser(6, 2, decay=decay, revive_below=below).double()
        quantiser.codebook.add_(far)
        quantiser.sums.copy_(quantiser.codebook)
        start = quantiser.codebook.tolist()
        with seeded(100 + number):
            picks = [torch.randint(len(points), (6,)).tolist() for _ in range(STEPS)]
        with seeded(100 + number):
            states = [_after_a_step(quantiser, points) for _ in range(STEPS)]
        setting = {"decay": decay, "below": below, "points": points.tolist(), "codes": start, "picks": picks}
        cases[str(number)] = setting | {"states": states}
    return cases


def _after_a_step(quantiser: EMAQuantiser, points: torch.Tensor) -> dict[str, Any]:
    quantiser(points)
    choices = quantiser.codes(points)
    error = (points - quantiser.lookup(choices)).square().sum(1).mean()
    state = {"codes": quantiser.codebook.tolist(), "counts": quantiser.counts.tolist(), "choices": choices.tolist()}
    return state | {"perplexity": codebook_perplexity(choices, 6).double().item(), "error": error.item()}
