"""The game between known distributions: the best discriminator, what it leaves the generator to minimise, its slopes.

Distributions are given by their logarithms at the same points: densities at the midpoints of a grid whose cells have
the volume `cell` (see `numerics.grid`), or probabilities of all states, with `cell` = 1.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import grad, vmap
from torch.nn.functional import logsigmoid

from genbook.gan.objectives import Objective

LogDensity = Callable[[Tensor], Tensor]
"""x (N, D) -> log-density (N,) in nats."""


def optimal_discriminator(log_p: Tensor, log_q: Tensor) -> Tensor:
    """Return D* = p / (p + q), the best probability that x is real, same shape (Goodfellow et al. 2014, prop. 1).

    Its logit is log p - log q. Where both vanish every answer is optimal, and 1/2 is given.

    >>> optimal_discriminator(torch.tensor([0.3, 0.0]).log(), torch.tensor([0.1, 1.0]).log())
    tensor([0.7500, 0.0000])
    """
    _check_same_points(log_p, log_q)
    score = torch.where(log_p == log_q, 0.0, log_p - log_q)
    return score.sigmoid()


def game_value(score: Tensor, log_p: Tensor, log_q: Tensor, cell: float = 1.0) -> Tensor:
    """Return V = E_p[log D] + E_q[log(1 - D)] in nats for D = sigmoid(score), shape () (Goodfellow et al. 2014, eq. 1).

    The critic maximises it, so its loss is -V. A critic that is sure and wrong on a set that has mass gets -inf.

    >>> fair = torch.zeros(2)
    >>> round(game_value(fair, torch.tensor([0.3, 0.7]).log(), torch.tensor([0.9, 0.1]).log()).item(), 4)
    -1.3863
    """
    _check_same_points(log_p, log_q)
    if score.shape != log_p.shape:
        raise ValueError(f"score has shape {tuple(score.shape)}, expected one a point: {tuple(log_p.shape)}.")
    p, q = log_p.exp(), log_q.exp()
    real = torch.where(p > 0, p * logsigmoid(score), 0.0)
    fake = torch.where(q > 0, q * logsigmoid(-score), 0.0)
    return (real + fake).sum() * cell


def jensen_shannon(log_p: Tensor, log_q: Tensor, cell: float = 1.0) -> Tensor:
    """Return JSD(p, q) = KL(p || m) / 2 + KL(q || m) / 2 with m = (p + q) / 2, in nats, shape (), differentiable.

    It is symmetric, 0 only for p = q, and log 2 for distributions without common support (Lin 1991).

    >>> round(jensen_shannon(torch.tensor([1.0, 0.0]).log(), torch.tensor([0.0, 1.0]).log()).item(), 4)
    0.6931
    """
    _check_same_points(log_p, log_q)
    log_m = torch.logaddexp(log_p, log_q) - math.log(2)
    terms = []
    for log_density in (log_p, log_q):
        mass = log_density > -math.inf
        ratio = torch.where(mass, log_density, 0.0) - torch.where(mass, log_m, 0.0)
        terms.append(log_density.exp() * ratio)
    return (terms[0] + terms[1]).sum() * cell / 2


def shift_gradient(
    objective: Objective, log_p: LogDensity, log_q: LogDensity, points: Tensor, cell: float = 1.0
) -> Tensor:
    """Return the gradient of the generator's loss when all its samples are shifted, at the best critic: (D,).

    The critic scores x by log p(x) - log q(x) and is held still, as it is during a generator's step; x moves. So this
    is the integral of q(x) d/dx loss(score(x)), for points (N, D) and for a family q(x - shift), such as a Gaussian
    with its mean.

    >>> from torch.distributions import Normal
    >>> from genbook.gan import Minimax, NonSaturating
    >>> from genbook.numerics import grid
    >>> x, cell = grid([-15.0], [15.0], 3000)
    >>> p, q = (lambda x, m=m: Normal(m, 1.0).log_prob(x[:, 0]) for m in (0.0, 6.0))
    >>> [f"{shift_gradient(loss, p, q, x, cell).item():.4f}" for loss in (Minimax(), NonSaturating())]
    ['0.0125', '5.9875']
    """
    if points.dim() != 2:
        raise ValueError(f"points has shape {tuple(points.shape)}, expected (N, D): see numerics.grid.")

    def loss(x: Tensor) -> Tensor:
        """The loss of a single sample, x (D,)."""
        return objective.generator(log_p(x[None]) - log_q(x[None]))

    slopes = vmap(grad(loss))(points)  # (N, D)
    with torch.no_grad():
        q = log_q(points).exp()
    return (q[:, None] * slopes).sum(0) * cell


def w1_normals(mean_p: Tensor, scale_p: Tensor, mean_q: Tensor, scale_q: Tensor) -> Tensor:
    """Return the Wasserstein distance W1 of N(mean_p, scale_p^2) and N(mean_q, scale_q^2), in the unit of x.

    On a line W1 is the mean distance of the quantiles. Here it is E|m + s z| for standard normal z, with m and s the
    differences of means and scales: the mean of a folded normal. Differentiable in m, with slope erf(m / (s sqrt 2)),
    and continuous at s = 0, where it is |m|.

    >>> w1_normals(*torch.tensor([0.0, 1.0, 3.0, 1.0])).item()
    3.0
    """
    if bool((scale_p <= 0).any() | (scale_q <= 0).any()):
        raise ValueError("a scale is not positive, expected standard deviations above 0.")
    m, s = mean_q - mean_p, (scale_q - scale_p).abs()
    apart = s > 0
    safe = torch.where(apart, s, 1.0)
    z = m / safe
    folded = s * math.sqrt(2 / math.pi) * (-z.square() / 2).exp() + m * torch.erf(z / math.sqrt(2))
    return torch.where(apart, folded, m.abs())


def _check_same_points(log_p: Tensor, log_q: Tensor) -> None:
    if log_p.shape != log_q.shape:
        raise ValueError(
            f"log_p has shape {tuple(log_p.shape)} and log_q {tuple(log_q.shape)}, expected the same points."
        )
    if log_p.isnan().any() or log_q.isnan().any():
        raise ValueError("log_p or log_q holds NaN, expected logarithms of densities: -inf where one vanishes.")
