"""Maximum likelihood for Gaussians and their mixtures: one closed form, by EM, and by gradient.

With responsibilities r (N, K) as given, the likelihood of a mixture is maximised by weighted means and covariances. A
single Gaussian is the case r = 1, a mixture with known labels the case of one-hot r, and EM alternates the formula with
the posterior p(k | x).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.distributions import MultivariateNormal

from genbook.checks import check_batch, check_count, check_finite
from genbook.data.toys import GaussianMixture
from genbook.protocols import Measure


def weighted_fit(x: Tensor, responsibilities: Tensor) -> GaussianMixture:
    """Return the mixture that maximises sum_ik r_ik log(w_k N(x_i; m_k, C_k)), (N, D) and (N, K) -> K components.

    Raises:
        ValueError: shapes do not fit, or a component has too few points to have a covariance: it has collapsed.

    >>> one = weighted_fit(torch.tensor([[0.0], [2.0]]), torch.ones(2, 1))
    >>> one.means.item(), one.covariances.item()
    (1.0, 1.0)
    """
    _check_data(x)
    r = responsibilities.double()
    if r.dim() != 2 or len(r) != len(x):
        raise ValueError(f"responsibilities have shape {tuple(r.shape)}, expected ({len(x)}, K): one row a data point.")
    x = x.double()
    size = r.sum(0)  # (K,)
    means = r.T @ x / size[:, None]  # (K, D)
    away = x[:, None] - means  # (N, K, D)
    covariances = torch.einsum("nk,nki,nkj->kij", r, away, away) / size[:, None, None]
    _, collapsed = torch.linalg.cholesky_ex(covariances)
    for k in collapsed.nonzero()[:1].flatten().tolist():
        raise ValueError(
            f"component {k} has collapsed: its {size[k]:.3g} points span no volume, and the likelihood grows without "
            "bound; start elsewhere or use fewer components."
        )
    return GaussianMixture(size / size.sum(), means, covariances)


def gaussian_fit(x: Tensor) -> GaussianMixture:
    """Return the maximum-likelihood Gaussian, mean and (biased) covariance of the data: (N, D) -> one component."""
    return weighted_fit(x, torch.ones(len(x), 1))


def labelled_fit(x: Tensor, y: Tensor, classes: int) -> GaussianMixture:
    """Return the maximum-likelihood mixture when the component of every point is known: (N, D), (N,) int64."""
    if y.shape != x.shape[:1] or y.dtype != torch.int64:
        raise ValueError(f"y has shape {tuple(y.shape)} and dtype {y.dtype}, expected ({len(x)},) int64 labels.")
    if not bool(((y >= 0) & (y < classes)).all()):
        raise ValueError(f"y reaches from {y.min()} to {y.max()}, expected labels from 0 to {classes - 1}.")
    return weighted_fit(x, F.one_hot(y, classes))


def expectation_maximisation(x: Tensor, start: GaussianMixture, steps: int) -> tuple[GaussianMixture, Tensor]:
    """Return the mixture after `steps` rounds of EM and the mean log-likelihood before each and after the last.

    The second value, (steps + 1,) in nats a point, never falls (Dempster, Laird and Rubin 1977): each round maximises
    a lower bound that touches the log-likelihood at the current mixture.

    Raises:
        ValueError: a component collapses on the way, see `weighted_fit`.
    """
    _check_data(x)
    check_count(steps, "steps")
    mixture, log_likelihood = start, []
    for _ in range(steps):
        log_likelihood.append(mixture.log_prob(x.double()).mean())
        mixture = weighted_fit(x, mixture.responsibilities(x.double()))
    return mixture, torch.stack([*log_likelihood, mixture.log_prob(x.double()).mean()])


def collapsing_mixture(x: Tensor, scale: float) -> GaussianMixture:
    """Return half the Gaussian fit of the data, half a Gaussian of standard deviation `scale` around the first point.

    Its likelihood has no upper bound: every halving of a small `scale` adds D log 2 nats at the first point and takes
    nothing away elsewhere, where the other half keeps the density above half the fit.
    """
    fit = gaussian_fit(x)
    needle = scale**2 * torch.eye(x.shape[1], dtype=torch.float64)
    return GaussianMixture(
        [0.5, 0.5], torch.stack([x[0].double(), fit.means[0]]), torch.stack([needle, fit.covariances[0]])
    )


class LearnedMixture(nn.Module):
    """A mixture of K Gaussians in D dimensions with free parameters, to be fitted by gradient.

    log w = log_softmax(logits), and C_k = L_k L_k^T with the logarithm of L's diagonal stored, so every value of the
    parameters is a valid mixture.

    >>> model = LearnedMixture(components=1, dim=2)
    >>> round(model.log_prob(torch.zeros(1, 2)).item(), 4)      # -log 2 pi
    -1.8379
    """

    measure: Measure = "lebesgue"

    def __init__(self, components: int, dim: int):
        """Start from standard normals whose means are drawn from one (a single one sits at the origin)."""
        super().__init__()
        check_count(components, "components")
        check_count(dim, "dim")
        self.logits = nn.Parameter(torch.zeros(components))
        self.mean = nn.Parameter(torch.randn(components, dim) * (components > 1))
        self.factor = nn.Parameter(torch.zeros(components, dim, dim))

    def log_joint(self, x: Tensor) -> Tensor:
        """Return log p(x, k) in nats, (B, D) -> (B, K)."""
        check_batch(x, self.mean.shape[1:])
        component = MultivariateNormal(self.mean, scale_tril=self._scale_tril(), validate_args=False)
        return self.logits.log_softmax(0) + component.log_prob(x[:, None])

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, D) -> (B,)."""
        log_joint = self.log_joint(x)
        check_finite(x)
        return log_joint.logsumexp(1)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x) in nats."""
        return -self.log_joint(x).logsumexp(1).mean()

    def labelled_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the mean of -log p(x, y) in nats for known components y, (B,) int64."""
        return -self.log_joint(x).gather(1, y[:, None]).mean()

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, (n, D)."""
        return self.density().sample(n).to(self.mean)

    def density(self) -> GaussianMixture:
        """Return the mixture as it stands, with its weights, means and covariances."""
        logits, mean, scale_tril = (t.detach().double().cpu() for t in (self.logits, self.mean, self._scale_tril()))
        return GaussianMixture(logits.softmax(0), mean, scale_tril @ scale_tril.mT)

    def _scale_tril(self) -> Tensor:
        """Return the lower triangular L_k, (K, D, D)."""
        return self.factor.tril(-1) + self.factor.diagonal(dim1=-2, dim2=-1).exp().diag_embed()


def _check_data(x: Tensor) -> None:
    """Raise unless `x` is a finite, non-empty (N, D) batch."""
    if isinstance(x, Tensor) and x.dim() != 2:
        raise ValueError(f"x has shape {tuple(x.shape)}, expected (N, D): one row a data point.")
    check_batch(x, x.shape[1:])
    check_finite(x)
