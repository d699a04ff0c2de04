"""A chain of Gaussian steps, a mixture whose posterior mean is known, and a trained velocity held against it."""

import math

import torch
from torch import Tensor, nn

from genbook.data import toys
from genbook.grading.truth.draws import normal, uniform
from genbook.grading.truth.values import network_from
from genbook.nn import MLP
from genbook.numerics import seeded

WIDTH = 64
Mixture = tuple[Tensor, Tensor, Tensor]  # weights (K,), means (K, D), variances (K,)


def chain(rng: torch.Generator, steps: int) -> tuple[Tensor, Tensor]:
    """Return shrink and noise (S,) of a chain that does not keep the variance: c^2 + n differs from 1."""
    return 0.7 + 0.4 * uniform(rng, steps), 0.05 + 0.5 * uniform(rng, steps)


def joint(shrink: Tensor, noise: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean factors (S + 1,) and covariance (S + 1, S + 1) of x_0, ..., x_S given x_0, one coordinate.

    Every x_s is a linear function of x_0 and the steps' noises, so the joint law follows from one matrix product.
    """
    steps = len(shrink)
    rows = torch.zeros(steps + 1, steps + 1, dtype=torch.float64)  # columns: x_0, then the standardised noises
    rows[0, 0] = 1
    for s in range(1, steps + 1):
        rows[s] = shrink[s - 1] * rows[s - 1]
        rows[s, s] = noise[s - 1].sqrt()
    return rows[:, 0], rows[:, 1:] @ rows[:, 1:].T


def posterior(x: Tensor, x0: Tensor, chain: tuple[Tensor, Tensor], s: int) -> tuple[Tensor, Tensor]:
    """Return mean and variance of x_{s-1} given x_s and x_0, by conditioning the joint normal law."""
    factor, covariance = joint(*chain)
    gain = covariance[s - 1, s] / covariance[s, s]
    return factor[s - 1] * x0 + gain * (x - factor[s] * x0), covariance[s - 1, s - 1] - gain * covariance[s, s - 1]


def mixture(rng: torch.Generator, k: int, dim: int) -> Mixture:
    """Return a random mixture of k isotropic normals."""
    return uniform(rng, k).add(0.2).log().softmax(0), 2 * normal(rng, k, dim), 0.1 + uniform(rng, k)


def posterior_mean(x: Tensor, scale: float | Tensor, var: float | Tensor, data: Mixture) -> Tensor:
    """Return E[x_0 | x] where x = scale x_0 + sqrt(var) eps and x_0 is drawn from a mixture of isotropic normals.

    Nothing here goes through a score: each component has a posterior mean, and Bayes' rule weighs them.
    """
    weights, means, variances = data
    total = scale**2 * variances + var  # (K,)
    apart = x[:, None] - scale * means  # (B, K, D)
    log_p = weights.log() - 0.5 * x.shape[1] * total.log() - 0.5 * apart.square().sum(-1) / total
    each = means + (scale * variances / total)[:, None] * apart
    return (log_p.softmax(1)[..., None] * each).sum(1)


def ddim_step(x: Tensor, v: Tensor, angles: tuple[float, float], eta: float, eps: Tensor) -> Tensor:
    """Return x at angle psi from x and v at angle phi; eta is the share of fresh noise."""
    phi, psi = angles
    x0, noise = math.cos(phi) * x - math.sin(phi) * v, math.sin(phi) * x + math.cos(phi) * v
    posterior = math.sin(psi) ** 2 * (1 - (math.cos(phi) / math.cos(psi)) ** 2) / math.sin(phi) ** 2
    fresh = eta * math.sqrt(max(posterior, 0.0))
    return math.cos(psi) * x0 + math.sqrt(math.sin(psi) ** 2 - fresh**2) * noise + fresh * eps


def noised(x0: Tensor, eps: Tensor, phi: Tensor) -> tuple[Tensor, Tensor]:
    """Return x and v at the angles phi (B,)."""
    c, s = phi.cos()[:, None], phi.sin()[:, None]
    return c * x0 + s * eps, c * eps - s * x0


def ring() -> toys.GaussianMixture:
    """Return the data of the training exercise."""
    return toys.eight_gaussians(radius=1.5, noise=0.2)


def excess(weights: object, rng: torch.Generator, n: int = 2000) -> float:
    """Return E |v_theta - v*|^2 of trained weights over 16 angles, where v* is the exact velocity of the ring."""
    network = network_from(weights, MLP(4, (WIDTH, WIDTH), 2, nn.Tanh), "")
    data = ring()
    exactly = (data.weights, data.means, data.covariances[:, 0, 0])
    with seeded(int(torch.randint(2**31, (), generator=rng))):
        x0 = data.sample(16 * n).double()
    phi = ((torch.arange(16, dtype=torch.float64) + 0.5) * math.pi / 32).repeat_interleave(n)
    x, _ = noised(x0, normal(rng, *x0.shape), phi)
    found = network(torch.cat([x, phi.cos()[:, None], phi.sin()[:, None]], 1))
    error = 0.0
    for angle, rows, v in zip(phi[::n].tolist(), x.split(n), found.split(n), strict=True):
        mean = posterior_mean(rows, math.cos(angle), math.sin(angle) ** 2, exactly)
        exact = (math.cos(angle) * rows - mean) / math.sin(angle)
        error += (v - exact).square().sum(-1).mean().item() / 16
    return error
