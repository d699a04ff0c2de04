"""How far two sets of features are apart, and how sure and varied a classifier finds a set of images."""

import torch
from torch import Tensor

from genbook.checks import check_count, check_finite
from genbook.evaluation.inputs import check_matrix, check_pair


def frechet_gaussians(mean_a: Tensor, cov_a: Tensor, mean_b: Tensor, cov_b: Tensor) -> float:
    """Return the squared Wasserstein-2 distance of two Gaussians, means (F,) and covariances (F, F).

    |mean_a - mean_b|^2 + tr(cov_a + cov_b - 2 (cov_a^{1/2} cov_b cov_a^{1/2})^{1/2}), as in Dowson and Landau (1982)
    and Heusel et al. (2017, eq. 6). The trace of the root is the sum of the singular values of
    cov_a^{1/2} cov_b^{1/2}, which is stable for covariances of any rank, and never needs the root of a product.

    Raises:
        TypeError, ValueError: shapes do not fit, NaN, or a covariance is not symmetric and positive semi-definite.

    >>> zero, one = torch.zeros(2), torch.eye(2)
    >>> frechet_gaussians(zero, one, zero + 3, 4 * one)
    20.0
    """
    size = mean_a.shape[-1] if isinstance(mean_a, Tensor) and mean_a.dim() else 0
    for name, mean in (("mean_a", mean_a), ("mean_b", mean_b)):
        _check_shape(mean, (size,), name)
    for name, cov in (("cov_a", cov_a), ("cov_b", cov_b)):
        _check_shape(cov, (size, size), name)
    mean_a, cov_a, mean_b, cov_b = (t.detach().cpu().double() for t in (mean_a, cov_a, mean_b, cov_b))
    root_a, root_b = _root(cov_a, "cov_a"), _root(cov_b, "cov_b")
    trace_of_root = torch.linalg.svdvals(root_a @ root_b).sum()
    distance = (mean_a - mean_b).square().sum() + cov_a.trace() + cov_b.trace() - 2 * trace_of_root
    return max(0.0, float(distance))


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Return the Fréchet distance of two sets of features, (N, F) and (M, F), taken as Gaussians.

    Zero for equal sets; it falls with the size of the sets even when both come from one source, so compare only
    distances that were measured with the same N and M. With the features of `digit_classifier` it is a number about
    digits only, and not comparable with the FID of Heusel et al. (2017), whose features come from ImageNet.

    Raises:
        TypeError, ValueError: not two matrices with the same F, fewer than two rows, or NaN.
    """
    check_pair(a, b)
    return frechet_gaussians(*_moments(a), *_moments(b))


def frechet_bias(cov: Tensor, n: int) -> float:
    """Return what `frechet_distance` comes to in the mean for two sets of `n` from one Gaussian: the floor, not zero.

    With eigenvalues l of `cov` (F, F): 2 sum_i l_i / n from the means, and from the covariances, to first order in 1/n,
    sum_ij l_i l_j (1 + [i = j]) / ((l_i + l_j) (n - 1)). The second part grows as F^2. Good from n of a few F upwards.

    Raises:
        TypeError, ValueError: `cov` is no covariance matrix, or `n` is no whole number from 2.

    >>> round(frechet_bias(torch.eye(64), 1000), 3)
    2.21
    """
    size = cov.shape[-1] if isinstance(cov, Tensor) and cov.dim() else 0
    _check_shape(cov, (size, size), "cov")
    check_count(n)
    if n == 1:
        raise ValueError("n is 1, expected at least two samples: one has no covariance.")
    root = _root(cov.detach().cpu().double(), "cov")
    values = torch.linalg.eigvalsh(root).clamp(min=0).square()  # (F,)
    values = values[values > 0]
    product, total = values[:, None] * values, values[:, None] + values
    of_covariances = (product / total).sum() + (product / total).trace()
    return float(2 * values.sum() / n + of_covariances / (n - 1))


def inception_score(probabilities: Tensor) -> float:
    """Return exp of the mean KL(p(y|x) || p(y)) for class probabilities (N, K): from 1 to K.

    Salimans et al. (2016, section 4), without splits. It is 1 when all rows agree, and K when every row is sure and
    the classes are equally frequent; any classifier may supply the probabilities.

    Raises:
        TypeError, ValueError: not a matrix of rows that are non-negative and sum to one.

    >>> inception_score(torch.eye(4)), inception_score(torch.full((7, 4), 0.25))
    (4.0, 1.0)
    """
    check_matrix(probabilities, "probabilities", "K")
    p = probabilities.detach().cpu().double()  # (N, K)
    if (p < 0).any() or (p.sum(-1) - 1).abs().max() > 1e-4:
        raise ValueError("a row of probabilities is negative or does not sum to one: apply softmax to logits first.")
    marginal = p.mean(0)  # (K,)
    divergence = (torch.xlogy(p, p) - torch.xlogy(p, marginal)).sum(-1)  # (N,)
    return float(divergence.mean().exp())


def _moments(features: Tensor) -> tuple[Tensor, Tensor]:
    """Return mean (F,) and unbiased covariance (F, F) in float64."""
    x = features.detach().cpu().double()
    return x.mean(0), x.T.cov().reshape(x.shape[1], x.shape[1])


def _root(cov: Tensor, name: str) -> Tensor:
    """Return the symmetric root of a positive semi-definite matrix (F, F)."""
    values, vectors = torch.linalg.eigh(cov)
    scale = values.abs().max().clamp(min=1e-300)
    if (cov - cov.T).abs().max() > 1e-5 * scale or values.min() < -1e-5 * scale:
        raise ValueError(f"{name} is not symmetric and positive semi-definite, expected a covariance matrix.")
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T


def _check_shape(x: Tensor, shape: tuple[int, ...], name: str) -> None:
    if not isinstance(x, Tensor) or not x.is_floating_point():
        raise TypeError(f"{name} is {type(x).__name__}, expected a floating tensor of shape {shape}.")
    if tuple(x.shape) != shape or not x.numel():
        raise ValueError(f"{name} has shape {tuple(x.shape)}, expected {shape} with at least one feature.")
    check_finite(x, name)
