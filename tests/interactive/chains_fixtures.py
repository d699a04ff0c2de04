"""Energies, gradients, single steps with given noise, and diagnostics for the chains of the website."""

import math
from typing import Any

import torch
from torch import Tensor

from genbook.data.toys import GaussianMixture
from genbook.numerics import seeded
from genbook.numerics.mcmc import (
    at,
    effective_sample_size,
    langevin_step,
    leapfrog,
    mala_log_ratio,
    split_r_hat,
    total_energy,
)

DISTANCES = (1.5, 2.3, 4.0)
SIZE = 0.3


def landscape(distance: float) -> GaussianMixture:
    """Return the mixture of the figure, its valleys `distance` from the origin on the diagonal."""
    place = distance / math.sqrt(2)
    return GaussianMixture([0.4, 0.6], [[-place, -place], [place, place]], torch.eye(2).double().repeat(2, 1, 1))


def conditional(mixture: GaussianMixture, x: Tensor, d: int, u: Tensor, eps: Tensor) -> Tensor:
    """Redraw x_d from p(x_d | the other one): the component by its posterior given the other one, then its normal."""
    other = mixture.means[:, 1 - d]  # (2,)
    posterior = (mixture.weights.log() - 0.5 * (x[:, 1 - d, None] - other) ** 2).softmax(1)  # (B, 2)
    k = (u >= posterior[:, 0]).long()
    new = x.clone()
    new[:, d] = mixture.means[k, d] + eps
    return new


def world(distance: float) -> dict[str, Any]:
    """Return one case: points, noise, and what every kernel makes of them."""
    mixture = landscape(distance)
    with seeded(8):
        x, v = 3 * torch.randn(2, 12, 2, dtype=torch.float64)
        u = torch.rand(12, dtype=torch.float64)
    v = v / 3
    energy = lambda x: -mixture.log_prob(x)  # noqa: E731
    here = at(energy, x)
    there = at(energy, langevin_step(x, here.grad, v, SIZE))
    end, v_end = leapfrog(energy, here, v, SIZE, 5)
    return {
        "distance": distance,
        "size": SIZE,
        "x": x.tolist(),
        "noise": v.tolist(),
        "u": u.tolist(),
        "energy": here.energy.tolist(),
        "grad": here.grad.tolist(),
        "langevin": there.x.tolist(),
        "mala": mala_log_ratio(here, there, SIZE).tolist(),
        "leapfrog": [end.x.tolist(), v_end.tolist()],
        "total": total_energy(end, v_end).tolist(),
        "gibbs": [conditional(mixture, x, d, u, v[:, 0]).tolist() for d in (0, 1)],
    }


def diagnosed() -> list[dict[str, Any]]:
    """Return chains, their split R-hat and effective sample size: calm, slow, alternating and disagreeing ones."""
    cases = []
    for phi, shift, steps in ((0.0, 0.0, 60), (0.9, 0.0, 61), (-0.5, 0.0, 60), (0.3, 1.0, 45)):
        with seeded(9):
            eps = torch.randn(steps, 3, dtype=torch.float64)
        rows = [eps[0]]
        for e in eps[1:]:
            rows.append(phi * rows[-1] + e)
        draws = torch.stack(rows) + shift * torch.arange(3)
        numbers = {"r_hat": split_r_hat(draws).item(), "ess": effective_sample_size(draws).item()}
        cases.append({"chains": draws.T.tolist(), **numbers})
    return cases


def chains() -> dict[str, Any]:
    """Return all cases."""
    return {"worlds": [world(distance) for distance in DISTANCES], "diagnosed": diagnosed()}
