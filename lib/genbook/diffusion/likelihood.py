"""The density of a diffusion model: the divergence along the probability flow, integrated."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from genbook.checks import check_batch, check_finite
from genbook.diffusion.prediction import Denoiser
from genbook.diffusion.schedule import Schedule, levels
from genbook.diffusion.sde import probability_flow
from genbook.numerics import Solver, rk4
from genbook.numerics.trace import Probes, basis, trace_estimate


@torch.no_grad()
def log_prob_ode(
    denoiser: Denoiser,
    schedule: Schedule,
    x: Tensor,
    times: tuple[float, float] = (1e-3, 1.0),
    solver: Solver = partial(rk4, steps=100),  # noqa: B008
    probes: Probes = basis,
    prior: Callable[[Tensor], Tensor] | None = None,
) -> Tensor:
    """Return log p(x) in nats of the density that the probability flow carries to x, (B, *event) -> (B,).

    log p(x) = log p_T(x(T)) + integral of div v along the flow that starts in x (Song et al. 2021, eq. 39), where
    x counts as data of the time times[0] > 0 and T = times[1]. The result has the error of the solver. `basis` takes
    the exact divergence by one backward pass a coordinate; `rademacher` or `gaussian` of `genbook.numerics.trace`
    estimate it by one, without bias. `prior` maps x(T) to log p_T (default: N(0, sigma_T^2 I)).

    Raises:
        TypeError, ValueError: x is not a batch of finite numbers, or times are not 0 < first < last.
        RuntimeError: a solver that controls its error does not arrive.

    >>> from genbook.data.toys import GaussianMixture
    >>> from genbook.diffusion import IdealDenoiser, VariancePreserving
    >>> ideal = IdealDenoiser(GaussianMixture([1.0], [[0.0]], [[[1.0]]]), VariancePreserving())
    >>> round(log_prob_ode(ideal, ideal.schedule, torch.zeros(1, 1)).exp().item(), 3)
    0.399
    """
    check_batch(x, x.shape[1:])
    check_finite(x)
    start, end = times
    if not 0 < start < end < math.inf:
        raise ValueError(f"times are {times}, expected 0 < first < last: at time 0 there is no score to follow.")
    dim, shape, e = x[0].numel(), x.shape, probes(x.flatten(1))
    drift = probability_flow(denoiser, schedule)

    def flat(t: float, x: Tensor) -> Tensor:  # (B, D) -> (B, D)
        return drift(torch.tensor(t, dtype=torch.float64), x.view(shape)).flatten(1)

    def augmented(t: float, state: Tensor) -> Tensor:  # (B, D + 1): x and the integral of the divergence
        v, trace, _ = trace_estimate(flat, t, state[:, :dim], e)
        return torch.cat([v, trace[:, None]], 1)

    state = solver(augmented, torch.cat([x.flatten(1), x.new_zeros(len(x), 1)], 1), start, end)
    log_prior = partial(_normal, sigma=levels(schedule, torch.tensor([end]))[0].sigma) if prior is None else prior
    return log_prior(state[:, :dim].view(shape)) + state[:, dim]


def _normal(x: Tensor, sigma: float) -> Tensor:
    """Return log N(x; 0, sigma^2 I), (B, *event) -> (B,)."""
    x = x.flatten(1)
    return -0.5 * (x / sigma).square().sum(1) - x.shape[1] * (math.log(sigma) + 0.5 * math.log(2 * math.pi))
