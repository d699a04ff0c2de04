"""Where the mass of a high-dimensional Gaussian lies, and what a likelihood can hide."""

import math

import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.protocols import HasLogProb, HasSample, Measure


def norm_log_prob(r: Tensor, dim: int) -> Tensor:
    """Return the log-density of the norm of a D-dimensional standard normal (the chi distribution), elementwise.

    The density e^(-r^2/2) falls with r and the area of the sphere, r^(D-1), rises; the product peaks at sqrt(D - 1).

    Raises:
        ValueError: a norm is not positive.
    """
    check_count(dim, "dim")
    if not bool((r > 0).all()):
        raise ValueError(f"r holds {r.min().item():g}, expected norms above 0.")
    return (dim - 1) * r.log() - r.square() / 2 - (dim / 2 - 1) * math.log(2) - math.lgamma(dim / 2)


def probability_of_norm_below(r: Tensor, dim: int) -> Tensor:
    """Return P(|x| < r) for x ~ N(0, I) in D dimensions, the regularised incomplete gamma function, elementwise.

    >>> probability_of_norm_below(torch.tensor(1.0, dtype=torch.float64), 2)      # 1 - exp(-1/2)
    tensor(0.3935, dtype=torch.float64)
    """
    check_count(dim, "dim")
    return torch.special.gammainc(torch.full_like(r, dim / 2), r.square() / 2)


def log_prob_at_mode(dim: int) -> float:
    """Return log N(0; 0, I) in nats: the highest density there is, at a point that is never drawn."""
    return -dim / 2 * math.log(2 * math.pi)


def typical_log_prob(dim: int) -> float:
    """Return E[log N(x; 0, I)], minus the entropy, in nats: what every draw has, up to about sqrt(D / 2)."""
    return -dim / 2 * math.log(2 * math.pi * math.e)


class Diluted:
    """A share of a good model, the rest noise: p(x) = share good(x) + (1 - share) noise(x) (Theis et al. 2016).

    Whatever the noise, log p(x) >= log good(x) + log share: one good draw in a hundred costs at most log 100 = 4.6
    nats, next to which images have log-likelihoods in the hundreds or thousands.

    Raises:
        ValueError: `share` is not between 0 and 1, or the models' measures differ.
    """

    def __init__(self, good: HasLogProb, noise: HasLogProb, share: float):
        """Mix two models that have `log_prob` (and `sample`, to be sampled)."""
        if not 0 < share < 1:
            raise ValueError(f"share is {share}, expected a number between 0 and 1.")
        if good.measure != noise.measure:
            raise ValueError(
                f"the measures are {good.measure} and {noise.measure}, expected the same: pass two of a kind."
            )
        self.good, self.noise, self.share = good, noise, share

    @property
    def measure(self) -> Measure:
        """The measure of both models."""
        return self.good.measure

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x) in nats, shape (B,)."""
        good = self.good.log_prob(x) + math.log(self.share)
        return torch.logaddexp(good, self.noise.log_prob(x) + math.log(1 - self.share))

    def sample(self, n: int) -> Tensor:
        """Return `n` independent draws, shape (n, *event), of which a fraction `share` is good in the mean."""
        good, noise = (_draws(model, n) for model in (self.good, self.noise))
        choose = (torch.rand(n) < self.share).to(good.device).view(n, *[1] * (good.dim() - 1))
        return torch.where(choose, good, noise)


def _draws(model: HasSample, n: int) -> Tensor:
    check_count(n)
    return model.sample(n)
