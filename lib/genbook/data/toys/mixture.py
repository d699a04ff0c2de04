"""A mixture of Gaussians in any dimension, with its score and what becomes of it under Gaussian noise."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite

Numbers = Tensor | Sequence


class GaussianMixture:
    """p(x) = sum_k weights[k] N(x; means[k], covariances[k]) in D dimensions.

    Args:
        weights: (K,), positive, summing to 1.
        means: (K, D).
        covariances: (K, D, D), symmetric and positive definite.

    Raises:
        ValueError: shapes do not fit together, weights are no distribution, or a covariance is not positive definite.

    >>> mixture = GaussianMixture([0.5, 0.5], [[-1.0, 0.0], [1.0, 0.0]], [[[1.0, 0.0], [0.0, 1.0]]] * 2)
    >>> mixture.log_prob(torch.zeros(1, 2))
    tensor([-2.3379])
    """

    measure = "lebesgue"

    def __init__(self, weights: Numbers, means: Numbers, covariances: Numbers) -> None:
        self.weights = torch.as_tensor(weights, dtype=torch.float64)  # (K,)
        self.means = torch.as_tensor(means, dtype=torch.float64)  # (K, D)
        self.covariances = torch.as_tensor(covariances, dtype=torch.float64)  # (K, D, D)
        _check_parameters(self.weights, self.means, self.covariances)
        cholesky, info = torch.linalg.cholesky_ex(self.covariances)
        if bool(info.any()) or not torch.allclose(self.covariances, self.covariances.mT):
            raise ValueError("a matrix of covariances is not symmetric and positive definite: check its entries.")
        identity = torch.eye(self.dim, dtype=torch.float64).expand_as(cholesky)
        self._cholesky = cholesky
        self._whiten = torch.linalg.solve_triangular(cholesky, identity, upper=False)  # (K, D, D)
        log_det = cholesky.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        self._log_scale = self.weights.log() - log_det - 0.5 * self.dim * math.log(2 * math.pi)  # (K,)

    @property
    def dim(self) -> int:
        """The number of dimensions D."""
        return self.means.shape[1]

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """(left, right, bottom, top) of the box that reaches 5 standard deviations beyond every mean; D = 2 only."""
        if self.dim != 2:
            raise ValueError(f"the mixture has {self.dim} dimensions, expected 2: only a plane has an extent to plot.")
        reach = 5 * self.covariances.diagonal(dim1=-2, dim2=-1).sqrt()  # (K, 2)
        (left, bottom), (right, top) = (self.means - reach).amin(0).tolist(), (self.means + reach).amax(0).tolist()
        return left, right, bottom, top

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, D) -> (B,).

        Raises:
            TypeError, ValueError: `x` is not a non-empty floating tensor of shape (B, D), or holds a NaN.
        """
        return self._log_joint(x)[0].logsumexp(-1)

    def score(self, x: Tensor) -> Tensor:
        """Return the gradient of log p at x in closed form, (B, D) -> (B, D): the pulls of the K means, averaged."""
        log_joint, white = self._log_joint(x)
        pulls = -torch.einsum("kij,bki->bkj", self._whiten.to(x), white)  # (B, K, D)
        return (log_joint.softmax(-1).unsqueeze(-1) * pulls).sum(1)

    def responsibilities(self, x: Tensor) -> Tensor:
        """Return p(k | x), the posterior of the component, (B, D) -> (B, K)."""
        return self._log_joint(x)[0].softmax(-1)

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, D)."""
        check_count(n)
        k = torch.multinomial(self.weights, n, replacement=True)
        z = torch.randn(n, self.dim)  # (n, D)
        return self.means.to(z)[k] + torch.einsum("nij,nj->ni", self._cholesky.to(z)[k], z)

    def noised(self, scale: float, noise: float) -> "GaussianMixture":
        """Return the law of scale * x + noise * epsilon with standard normal epsilon: again a mixture.

        Raises:
            ValueError: `noise` is negative, or `scale` and `noise` are both zero or not finite.
        """
        if not (math.isfinite(scale) and math.isfinite(noise) and noise >= 0 and (scale != 0 or noise != 0)):
            raise ValueError(f"scale is {scale} and noise is {noise}, expected finite numbers, noise >= 0, not both 0.")
        identity = torch.eye(self.dim, dtype=torch.float64)
        return GaussianMixture(self.weights, scale * self.means, scale**2 * self.covariances + noise**2 * identity)

    def _log_joint(self, x: Tensor) -> tuple[Tensor, Tensor]:
        check_batch(x, (self.dim,))
        check_finite(x)
        away = x[:, None] - self.means.to(x)  # (B, K, D)
        white = torch.einsum("kij,bkj->bki", self._whiten.to(x), away)  # (B, K, D)
        return self._log_scale.to(x) - 0.5 * white.square().sum(-1), white


def _check_parameters(weights: Tensor, means: Tensor, covariances: Tensor) -> None:
    if weights.dim() != 1 or means.dim() != 2 or len(means) != len(weights) or means.numel() == 0:
        raise ValueError(
            f"weights have shape {tuple(weights.shape)} and means {tuple(means.shape)}, expected (K,) and (K, D)."
        )
    if covariances.shape != (*means.shape, means.shape[1]):
        raise ValueError(f"covariances have shape {tuple(covariances.shape)}, expected (K, D, D): one matrix a mean.")
    for name, value in {"weights": weights, "means": means, "covariances": covariances}.items():
        check_finite(value, name)
    if bool((weights <= 0).any()) or abs(float(weights.sum()) - 1) > 1e-6:
        raise ValueError(f"weights are {weights.tolist()}, expected positive numbers of sum 1: divide by the sum.")
