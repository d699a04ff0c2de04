"""The samplers of the live figure as genbook runs them, with the same starts and the same noise."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from genbook.data.toys import GaussianMixture
from genbook.diffusion import IdealDenoiser, VariancePreserving, ancestral, ddim, dpm_solver_pp, even_times, heun
from genbook.numerics import seeded

MIXTURE = GaussianMixture([0.5, 0.3, 0.2], [[-1.8], [0.6], [2.0]], [[[0.09]], [[0.04]], [[0.06]]])
END, LEVELS = 0.003, 25


def _path(sampler: Callable[..., Tensor], steps: int, **options: Any) -> tuple[list[list[float]], list[list[float]]]:
    """Return the path of every start, and the noise that was drawn in every step."""
    schedule, x = VariancePreserving(), torch.linspace(-2.5, 2.5, 11, dtype=torch.float64)[:, None]
    times = even_times(1.0, END**0.5, steps) ** 2
    walk = [x]
    with seeded(steps):
        sampler(IdealDenoiser(MIXTURE, schedule), schedule, x, times, record=walk.append, **options)
    with seeded(steps):
        noise = [torch.randn_like(x)[:, 0].tolist() for _ in range(steps)]
    return torch.stack(walk, 1)[:, :, 0].tolist(), noise


def _quantiles() -> list[float]:
    """Return quantiles of the mixture by halving an interval, (LEVELS,)."""
    means, scales = MIXTURE.means[:, 0].double(), MIXTURE.covariances[:, 0, 0].double().sqrt()
    weights = MIXTURE.weights.double()
    low, high = torch.full((LEVELS,), -5.0).double(), torch.full((LEVELS,), 5.0).double()
    share = (torch.arange(LEVELS).double() + 0.5) / LEVELS
    for _ in range(60):
        middle = (low + high) / 2
        below = (torch.special.ndtr((middle[:, None] - means) / scales) @ weights) < share
        low, high = torch.where(below, middle, low), torch.where(below, high, middle)
    return low.tolist()


def sampler_paths() -> dict[str, Any]:
    """Return paths of every sampler, and quantiles of the truth with the distance of the ends of one of them."""
    runs = (
        ("ddim", ddim, 10, {"eta": 0.0}),
        ("ddim", ddim, 7, {"eta": 0.5}),
        ("ddim", ddim, 12, {"eta": 1.0}),
        ("ddim", ancestral, 9, {}),
        ("heun", heun, 6, {}),
        ("dpm", dpm_solver_pp, 8, {}),
    )
    rows = []
    for name, sampler, steps, options in runs:
        paths, noise = _path(sampler, steps, **options)
        eta = 1.0 if sampler is ancestral else options.get("eta", 0.0)
        rows.append({"sampler": name, "steps": steps, "eta": eta, "noise": noise if eta else [], "paths": paths})
    draws = torch.linspace(-3, 3, LEVELS, dtype=torch.float64)
    truth = _quantiles()
    distance = float((draws - torch.tensor(truth, dtype=torch.float64)).abs().mean())
    return {"runs": rows, "quantiles": truth, "draws": draws.flip(0).tolist(), "distance": distance}
