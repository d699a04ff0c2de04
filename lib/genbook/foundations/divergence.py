"""Kullback-Leibler divergences: in closed form between Gaussians, by quadrature between any two densities on a grid."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.distributions import Normal

from genbook.checks import check_count
from genbook.data.toys import GaussianMixture


def kl_gaussians(mean_p: Tensor, covariance_p: Tensor, mean_q: Tensor, covariance_q: Tensor) -> Tensor:
    """Return KL(N(m_p, C_p) || N(m_q, C_q)) in nats for means (D,) and covariances (D, D), differentiable.

    (tr(C_q^-1 C_p) + (m_q - m_p)^T C_q^-1 (m_q - m_p) - D + log det C_q - log det C_p) / 2.

    Raises:
        ValueError: shapes do not fit together, or a covariance is not positive definite.

    >>> one = torch.ones(1, 1)
    >>> kl_gaussians(torch.zeros(1), one, torch.tensor([2.0]), one).item()
    2.0
    """
    dim = mean_p.shape[0] if mean_p.dim() == 1 else -1
    if mean_q.shape != (dim,) or covariance_p.shape != (dim, dim) or covariance_q.shape != (dim, dim):
        shapes = [tuple(t.shape) for t in (mean_p, covariance_p, mean_q, covariance_q)]
        raise ValueError(f"the arguments have shapes {shapes}, expected (D,), (D, D), (D,), (D, D).")
    factor_p, wrong_p = torch.linalg.cholesky_ex(covariance_p)
    factor_q, wrong_q = torch.linalg.cholesky_ex(covariance_q)
    if wrong_p.item() or wrong_q.item():
        raise ValueError(
            "a covariance is not positive definite, so a Gaussian with it has no density: check its entries."
        )
    ratio = torch.linalg.solve_triangular(factor_q, factor_p, upper=False)  # L_q^-1 L_p
    shift = torch.linalg.solve_triangular(factor_q, (mean_q - mean_p)[:, None], upper=False)
    log_det_ratio = factor_q.diagonal().log().sum() - factor_p.diagonal().log().sum()
    return (ratio.square().sum() + shift.square().sum() - dim) / 2 + log_det_ratio


def kl_on_grid(log_p: Tensor, log_q: Tensor, cell: float) -> Tensor:
    """Return the integral of p (log p - log q) by the midpoint rule, in nats, differentiable.

    `log_p` and `log_q` are log-densities at the same midpoints (see `numerics.grid`), `cell` the volume of one cell.
    Where p vanishes the integrand is 0.
    """
    if log_p.shape != log_q.shape:
        raise ValueError(
            f"log_p has shape {tuple(log_p.shape)} and log_q {tuple(log_q.shape)}, expected the same points."
        )
    p = log_p.exp()
    difference = torch.where(p > 0, log_p - log_q, 0.0)
    return (p * difference).sum() * cell


def moment_match(mixture: GaussianMixture) -> GaussianMixture:
    """Return the Gaussian with the mixture's mean and covariance: the one that minimises KL(mixture || Gaussian).

    It covers all modes, and may put its own peak where the mixture has next to nothing.
    """
    w, m = mixture.weights, mixture.means  # (K,), (K, D)
    mean = w @ m
    away = m - mean
    covariance = torch.einsum("k,kij->ij", w, mixture.covariances) + torch.einsum("k,ki,kj->ij", w, away, away)
    return GaussianMixture([1.0], mean[None], covariance[None])


def mode_seeking_fit(
    log_p: Callable[[Tensor], Tensor], points: Tensor, cell: float, mean: float, scale: float, steps: int = 100
) -> tuple[float, float]:
    """Return mean and scale of the normal q that minimises KL(q || p) on a line, downhill from a given start.

    `points` (N, 1) are midpoints of cells of width `cell`. It settles on one mode: where p vanishes, q must too. Which
    mode depends on the start.

    Raises:
        ValueError: `scale` is not positive or `points` is not of shape (N, 1).
    """
    check_count(steps, "steps")
    if not scale > 0 or points.dim() != 2 or points.shape[1] != 1:
        raise ValueError(f"scale is {scale} and points {tuple(points.shape)}, expected scale > 0 and points (N, 1).")
    target = log_p(points).detach()
    theta = torch.tensor([mean, scale], dtype=torch.float64)
    theta[1] = theta[1].log()
    theta.requires_grad_()
    optimizer = torch.optim.LBFGS([theta], max_iter=steps, line_search_fn="strong_wolfe", tolerance_change=1e-12)

    def closure() -> Tensor:
        optimizer.zero_grad()
        log_q = Normal(theta[0], theta[1].exp()).log_prob(points[:, 0])
        kl = kl_on_grid(log_q, target, cell)
        kl.backward()
        return kl

    optimizer.step(closure)
    return theta[0].item(), theta[1].exp().item()
