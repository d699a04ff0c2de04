"""Probabilistic principal component analysis: a latent variable model whose evidence and posterior are exact."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_finite
from genbook.protocols import Measure
from genbook.vae.linear import LinearDecoder


@dataclass(frozen=True)
class CorrelatedGaussian:
    """N(z; mean, factor factor^T) for every x of a batch: mean (B, K), one lower triangular factor (K, K) for all."""

    mean: Tensor
    factor: Tensor

    @property
    def covariance(self) -> Tensor:
        """The covariance that all rows share, shape (K, K)."""
        return self.factor @ self.factor.T

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n draws for each x, (n, B, K), and their log-density in nats, (n, B)."""
        eps = torch.randn(n, *self.mean.shape, dtype=self.mean.dtype, device=self.mean.device)
        z = self.mean + eps @ self.factor.T  # (n, B, K)
        return z, self.log_prob(z)

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z | x) in nats: (..., B, K) -> (..., B)."""
        flat = (z - self.mean).flatten(0, -2)  # (..., K)
        eps = torch.linalg.solve_triangular(self.factor, flat.T, upper=False).T.view(z.shape)
        log_det = self.factor.diagonal().log().sum()
        return -0.5 * eps.square().sum(-1) - log_det - 0.5 * z.shape[-1] * math.log(2 * math.pi)


class Spectrum(NamedTuple):
    """Mean (D,) of a set of data; eigenvalues (D,) of its covariance, largest first; eigenvectors as columns (D, D)."""

    mean: Tensor
    values: Tensor
    vectors: Tensor


def spectrum(x: Tensor) -> Spectrum:
    """Return the mean and the eigenvalues and eigenvectors of the covariance (divided by N) of x (N, D).

    The work is done in float64; the sign of each eigenvector makes its largest entry positive.

    Raises:
        TypeError, ValueError: x is no floating matrix, is empty, or holds NaN.

    >>> spectrum(torch.tensor([[1.0, 0.0], [-1.0, 0.0]])).values
    tensor([1., 0.])
    """
    check_batch(x, x.shape[1:] if isinstance(x, Tensor) and x.dim() == 2 else (1,))
    check_finite(x)
    mean = x.double().mean(0)
    d = x.double() - mean
    values, vectors = torch.linalg.eigh(d.T @ d / len(x))  # ascending
    values, vectors = values.flip(0).clamp_min(0), vectors.flip(1)
    largest = vectors.gather(0, vectors.abs().argmax(0, keepdim=True))
    return Spectrum(*(t.to(x.dtype) for t in (mean, values, vectors * largest.sign())))


def lengths(values: Tensor, variance: float | Tensor) -> Tensor:
    """Return sqrt(max(eigenvalue - variance, 0)): how long the best columns of W are at a given noise.

    A direction of the data whose variance is not above that of the noise is switched off
    (Tipping & Bishop 1999, section 3.2 and appendix A).

    >>> lengths(torch.tensor([5.0, 1.0]), 1.0)
    tensor([2., 0.])
    """
    return (values - variance).clamp_min(0).sqrt()


class PPCA(nn.Module):
    """z ~ N(0, I), x | z ~ N(W z + mean, variance I): so x ~ N(mean, W W^T + variance I) (Tipping & Bishop 1999).

    Everything goes through the K x K matrix M = W^T W + variance I: no D x D matrix is inverted.

    >>> model = PPCA(LinearDecoder(torch.ones(2, 1), torch.zeros(2)))  # covariance [[2, 1], [1, 2]]
    >>> round(model.log_prob(torch.zeros(1, 2)).item(), 4), round(-math.log(2 * math.pi * 3**0.5), 4)
    (-2.3872, -2.3872)
    """

    measure: Measure = "lebesgue"

    def __init__(self, decoder: LinearDecoder) -> None:
        """Take over the decoder: its parameters are those of the model."""
        super().__init__()
        self.decoder = decoder

    @classmethod
    def fitted(cls, x: Tensor, latents: int, variance: float | None = None) -> "PPCA":
        """Return the model of highest likelihood on x (N, D) in closed form (Tipping & Bishop 1999, eqs. 7 and 8).

        Without `variance` the noise is the mean of the discarded eigenvalues; with it, W is the best for that noise.

        Raises:
            TypeError, ValueError: x is not a floating matrix of finite numbers, `latents` is not from 1 to D - 1, or
            the data lie in a plane of `latents` dimensions, so that the likelihood is unbounded.
        """
        mean, values, vectors = spectrum(x)
        check_count(latents, "latents", most=len(values) - 1)
        noise = values[latents:].mean().item() if variance is None else variance
        if not noise > 1e-9 * values[0].item():
            raise ValueError(
                f"the variance outside {latents} dimensions is {noise:g}, expected a positive number: the likelihood "
                "is unbounded, take fewer latents."
            )
        return cls(LinearDecoder(vectors[:, :latents] * lengths(values[:latents], noise), mean, noise))

    @property
    def variance(self) -> Tensor:
        """The variance of the noise, shape ()."""
        return self.decoder.log_variance.exp()

    def posterior(self, x: Tensor) -> CorrelatedGaussian:
        """Return the exact p(z | x) = N(M^-1 W^T (x - mean), variance M^-1) for every row of x (B, D)."""
        check_batch(x, self.decoder.shape)
        w = self.decoder.w
        m = w.T @ w + self.variance * torch.eye(w.shape[1], dtype=w.dtype, device=w.device)  # (K, K)
        inverse = torch.cholesky_inverse(torch.linalg.cholesky(m))
        mean = (x - self.decoder.mean) @ w @ inverse  # (B, K)
        return CorrelatedGaussian(mean, torch.linalg.cholesky(self.variance * inverse))

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, (B, D) -> (B,): Bayes' rule log p(x, z) - log p(z | x), taken at the posterior mean.

        It holds at every z; at the mean all squares are added and none is subtracted, so nothing cancels.
        """
        check_batch(x, self.decoder.shape)
        check_finite(x)
        return self._log_prob(x)

    def _log_prob(self, x: Tensor) -> Tensor:
        q = self.posterior(x)
        log_prior = -0.5 * (q.mean.square().sum(-1) + q.mean.shape[-1] * math.log(2 * math.pi))
        return self.decoder(q.mean).log_prob(x) + log_prior - q.log_prob(q.mean)

    def loss(self, x: Tensor) -> Tensor:
        """Return the mean of -log p(x) in nats an example, shape ()."""
        return -self._log_prob(x).mean()

    def sample(self, n: int) -> Tensor:
        """Draw n examples, shape (n, D)."""
        check_count(n)
        w = self.decoder.w
        with torch.no_grad():
            return self.decoder(torch.randn(n, w.shape[1], dtype=w.dtype, device=w.device)).sample()


def m_step(x: Tensor, q: CorrelatedGaussian) -> PPCA:
    """Return the model that maximises E_q[log p(x, z)] for posteriors q (Tipping & Bishop 1999, appendix B).

    The mean is the sample mean, which is its best value whatever W and the noise are, so q has to belong to it.
    """
    mean = x.mean(0)
    d, n = x - mean, len(x)
    second = n * q.covariance + q.mean.T @ q.mean  # (K, K), sum of E[z z^T]
    w = torch.linalg.solve(second, q.mean.T @ d).T  # (D, K)
    spread = n * torch.einsum("dk,kl,dl->", w, q.covariance, w)
    variance = ((d - q.mean @ w.T).square().sum() + spread) / d.numel()
    return PPCA(LinearDecoder(w, mean, variance))


def em_step(model: PPCA, x: Tensor) -> PPCA:
    """Return the model after one step of expectation maximisation on x (N, D): log p(x) never falls.

    Raises:
        TypeError, ValueError: x has a wrong shape or dtype, or holds NaN.
    """
    check_batch(x, model.decoder.shape)
    check_finite(x)
    with torch.no_grad():
        w, variance = model.decoder.w, model.variance
        centred = PPCA(LinearDecoder(w, x.mean(0), variance))
        return m_step(x, centred.posterior(x))
