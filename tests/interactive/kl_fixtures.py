"""Both KL divergences of the tug-of-war, their gradients and where they come to rest, as genbook computes them."""

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Normal

from genbook.data.toys import GaussianMixture
from genbook.foundations import kl_on_grid, mode_seeking_fit, moment_match
from genbook.numerics import grid

POINTS, CELL = grid([-30.0], [30.0], 2400)
WORLDS = ((4.0, 0.4, 0.6), (0.0, 0.5, 0.6), (8.0, 0.9, 0.6), (3.0, 0.3, 1.1))  # separation, share on the left, scale
GAUSSIANS = ((-0.7, 1.0), (2.0, 0.6), (0.0, 2.1), (-5.0, 0.3), (5.0, 4.0), (1.3, 0.45))


def world(separation: float, share: float, scale: float) -> GaussianMixture:
    """Return p: two normals of one scale, `separation` apart, `share` of the mass on the left one."""
    means = [[-separation / 2], [separation / 2]]
    return GaussianMixture([share, 1 - share], means, [[[scale**2]]] * 2)


def divergences(log_p: Tensor, mean: float, scale: float) -> dict[str, Any]:
    """Return KL(p || q) and KL(q || p) and their gradients with respect to the mean and the log of the scale."""
    theta = torch.tensor([mean, math.log(scale)], dtype=torch.float64, requires_grad=True)
    log_q = Normal(theta[0], theta[1].exp()).log_prob(POINTS[:, 0])
    cover, seek = kl_on_grid(log_p, log_q, CELL), kl_on_grid(log_q, log_p, CELL)
    gradients = [torch.autograd.grad(kl, theta, retain_graph=True)[0].tolist() for kl in (cover, seek)]
    return {"q": [mean, scale], "values": [cover.item(), seek.item()], "gradients": gradients}


def tug_of_war() -> dict[str, Any]:
    """Return a case a world: log p on the grid, divergences of many q, and the ends of both descents."""
    cases = {}
    for number, parameters in enumerate(WORLDS):
        mixture = world(*parameters)
        log_p = mixture.log_prob(POINTS)
        match = moment_match(mixture)
        ends = [mode_seeking_fit(mixture.log_prob, POINTS, CELL, mean, 1.0) for mean in (-1.5, 1.5)]
        cases[str(number)] = {
            "world": parameters,
            "log_p": log_p[::50].tolist(),
            "rows": [divergences(log_p, *q) for q in GAUSSIANS],
            "cover": [match.means.item(), match.covariances.sqrt().item()],
            "seek": [list(end) for end in ends],
        }
    return cases
