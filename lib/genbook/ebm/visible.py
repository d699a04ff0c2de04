"""The visible half of a restricted Boltzmann machine: which values a unit takes, and how it answers to a field.

Visible units on which the hidden ones put the field a (V,) have the density exp(-energy(x) + statistic(x) . a),
normalised (Welling, Rosen-Zvi and Hinton 2005, exponential family harmoniums).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from genbook.checks import check_count, check_finite, check_levels
from genbook.ebm.coins import Coins, flip
from genbook.protocols import Measure


class BernoulliVisible(nn.Module):
    """V bits: energy(x) = -b . x and statistic(x) = x, so a bit is on with probability sigmoid(b_i + a_i).

    >>> BernoulliVisible(3).log_partition(torch.zeros(3))  # 3 log 2
    tensor(2.0794, grad_fn=<SumBackward1>)
    """

    measure: Measure = "counting"

    def __init__(self, dim: int) -> None:
        super().__init__()
        check_count(dim, "dim")
        self.dim = dim
        self.b = nn.Parameter(torch.zeros(dim))

    def energy(self, x: Tensor) -> Tensor:
        """Return -b . x: (B, V) -> (B,)."""
        return -x @ self.b

    def statistic(self, x: Tensor) -> Tensor:
        """Return x itself: what multiplies the field."""
        return x

    def log_partition(self, field: Tensor) -> Tensor:
        """Return log sum_x exp(-energy(x) + x . a) = sum_i softplus(b_i + a_i): (..., V) -> (...,)."""
        return softplus(self.b + field).sum(-1)

    def mean(self, field: Tensor) -> Tensor:
        """Return E[x | a], the probabilities of ones: (..., V) -> (..., V)."""
        return torch.sigmoid(self.b + field)

    def draw(self, field: Tensor) -> Tensor:
        """Return one draw of x given the field: (B, V) -> (B, V)."""
        return flip(self.mean(field))

    def answer(self, h: Tensor, w: Tensor, coins: Coins) -> Tensor:
        """Return one draw of x given hidden units that put the field h w on it: h (B, H), w (H, V) -> (B, V)."""
        return coins.toss(torch.sigmoid(torch.addmm(self.b, h, w)))

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every value is 0 or 1."""
        check_levels(x, 2)

    @torch.no_grad()
    def fit_moments(self, x: Tensor, smoothing: float = 0.5) -> None:
        """Set b to the log-odds of each pixel in the data x (N, V), `smoothing` counts of each value added."""
        p = (x.sum(0) + smoothing) / (len(x) + 2 * smoothing)  # (V,)
        self.b.copy_(p.logit())


class GaussianVisible(nn.Module):
    """V reals: energy(x) = |x - b|^2 / (2 s^2) and statistic(x) = x / s^2.

    Given the field a, x is normal with mean b + a and deviation s = exp(log_scale), one s for all units (the
    parametrisation of Cho, Ilin and Raiko 2011).
    """

    measure: Measure = "lebesgue"

    def __init__(self, dim: int, scale: float = 1.0) -> None:
        super().__init__()
        check_count(dim, "dim")
        if not (scale > 0 and math.isfinite(scale)):
            raise ValueError(f"scale is {scale}, expected a positive standard deviation.")
        self.dim = dim
        self.b = nn.Parameter(torch.zeros(dim))
        self.log_scale = nn.Parameter(torch.tensor(math.log(scale)))

    def energy(self, x: Tensor) -> Tensor:
        """Return |x - b|^2 / (2 s^2): (B, V) -> (B,)."""
        return (x - self.b).square().sum(-1) * torch.exp(-2 * self.log_scale) / 2

    def statistic(self, x: Tensor) -> Tensor:
        """Return x / s^2: what multiplies the field."""
        return x * torch.exp(-2 * self.log_scale)

    def log_partition(self, field: Tensor) -> Tensor:
        """Return log of the integral of exp(-energy(x) + x . a / s^2): (..., V) -> (...,)."""
        gain = ((self.b + field).square() - self.b.square()).sum(-1) * torch.exp(-2 * self.log_scale) / 2
        return gain + self.dim * (self.log_scale + math.log(2 * math.pi) / 2)

    def mean(self, field: Tensor) -> Tensor:
        """Return E[x | a] = b + a: (..., V) -> (..., V)."""
        return self.b + field

    def draw(self, field: Tensor) -> Tensor:
        """Return one draw of x given the field: (B, V) -> (B, V)."""
        mean = self.mean(field)
        return mean + torch.exp(self.log_scale) * torch.randn_like(mean)

    def answer(self, h: Tensor, w: Tensor, coins: Coins) -> Tensor:
        """Return one draw of x given hidden units that put the field h w on it: h (B, H), w (H, V) -> (B, V)."""
        return self.draw(h @ w)

    def check(self, x: Tensor) -> None:
        """Raise ValueError for NaN and infinities."""
        check_finite(x)

    @torch.no_grad()
    def fit_moments(self, x: Tensor, smoothing: float = 0.0) -> None:
        """Set b to the means of the data x (N, V) and s^2 to their mean variance plus `smoothing`."""
        self.b.copy_(x.mean(0))
        self.log_scale.copy_((x.var(0, unbiased=False).mean() + smoothing).log() / 2)


Visible = BernoulliVisible | GaussianVisible
