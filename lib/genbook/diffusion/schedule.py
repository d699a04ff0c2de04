"""How much signal and how much noise there is at every time: x_t = alpha_t x_0 + sigma_t eps."""

import math
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from genbook.checks import check_count


@runtime_checkable
class Schedule(Protocol):
    """q(x_t | x_0) = N(alpha_t x_0, sigma_t^2 I), where alpha falls and sigma rises with t."""

    def alpha(self, t: Tensor) -> Tensor:
        """Return the factor of the signal at times t, in the shape of t."""
        ...

    def sigma(self, t: Tensor) -> Tensor:
        """Return the standard deviation of the noise at times t, in the shape of t."""
        ...


class Level(NamedTuple):
    """Signal and noise at one time, as plain numbers."""

    alpha: float
    sigma: float


def levels(schedule: Schedule, times: Tensor) -> list[Level]:
    """Return the levels at the times (N + 1,) of a sampler, computed in double precision."""
    t = times.double()
    return [Level(*pair) for pair in zip(schedule.alpha(t).tolist(), schedule.sigma(t).tolist(), strict=True)]


def log_snr(schedule: Schedule, t: Tensor) -> Tensor:
    """Return lambda_t = 2 log(alpha_t / sigma_t), the logarithm of the signal-to-noise ratio (Kingma et al. 2021)."""
    return 2 * (schedule.alpha(t).log() - schedule.sigma(t).log())


@dataclass(frozen=True)
class VariancePreserving:
    """alpha_t^2 + sigma_t^2 = 1 with beta(t) = beta_min + t (beta_max - beta_min), t in [0, 1] (Song et al. 2021).

    The continuous limit of DDPM's linear schedule.
    """

    beta_min: float = 0.1
    beta_max: float = 20.0

    def alpha(self, t: Tensor) -> Tensor:
        """Return exp(-1/2 integral of beta from 0 to t)."""
        return (-0.5 * self._integral(t)).exp()

    def sigma(self, t: Tensor) -> Tensor:
        """Return sqrt(1 - alpha_t^2), without cancellation near zero."""
        return (-torch.expm1(-self._integral(t))).sqrt()

    def _integral(self, t: Tensor) -> Tensor:
        return self.beta_min * t + 0.5 * (self.beta_max - self.beta_min) * t**2


@dataclass(frozen=True)
class SubVariancePreserving(VariancePreserving):
    """The signal of `VariancePreserving` with less noise: sigma_t = 1 - alpha_t^2 (Song et al. 2021, eq. 29)."""

    def sigma(self, t: Tensor) -> Tensor:
        """Return 1 - alpha_t^2."""
        return -torch.expm1(-self._integral(t))


@dataclass(frozen=True)
class VarianceExploding:
    """alpha_t = 1 and sigma_t = sigma_min (sigma_max / sigma_min)^t, t in [0, 1] (Song et al. 2021, eq. 31)."""

    sigma_min: float = 0.01
    sigma_max: float = 50.0

    def alpha(self, t: Tensor) -> Tensor:
        """Return ones."""
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        """Return the geometric path of noise."""
        return self.sigma_min * (self.sigma_max / self.sigma_min) ** t


@dataclass(frozen=True)
class NoiseAsTime:
    """alpha_t = 1 and sigma_t = t: the time is the noise itself (Karras et al. 2022, EDM)."""

    def alpha(self, t: Tensor) -> Tensor:
        """Return ones."""
        return torch.ones_like(t)

    def sigma(self, t: Tensor) -> Tensor:
        """Return t."""
        return t


@dataclass(frozen=True)
class Cosine:
    """alpha_t = cos(pi/2 (t + s) / (1 + s)) / cos(pi/2 s / (1 + s)), t in [0, 1] (Nichol and Dhariwal 2021, eq. 17).

    At t = 1 the signal is exactly zero, so samplers start a little before it.
    """

    s: float = 0.008

    def alpha(self, t: Tensor) -> Tensor:
        """Return the share of signal."""
        start = math.cos(math.pi / 2 * self.s / (1 + self.s))
        return torch.cos(math.pi / 2 * (t + self.s) / (1 + self.s)) / start

    def sigma(self, t: Tensor) -> Tensor:
        """Return sqrt(1 - alpha_t^2)."""
        return (1 - self.alpha(t) ** 2).clamp_min(0).sqrt()


class Discrete(nn.Module):
    """T steps of variance beta_1, ..., beta_T: alpha_t = prod_{s <= t} sqrt(1 - beta_s), t = 0, ..., T (Ho et al.).

    Time 0 is the clean data: alpha_0 = 1 and sigma_0 = 0. The tables are buffers in double precision.

    Raises:
        ValueError: a beta is not in (0, 1).

    >>> schedule = Discrete(torch.tensor([0.1, 0.2]))
    >>> schedule.alpha(torch.tensor(2)).square()
    tensor(0.7200, dtype=torch.float64)
    """

    def __init__(self, betas: Tensor) -> None:
        """Keep the products of the betas (T,)."""
        super().__init__()
        betas = betas.double()
        if betas.dim() != 1 or not len(betas) or not bool(((betas > 0) & (betas < 1)).all()):
            raise ValueError(
                f"betas has shape {tuple(betas.shape)} and holds {betas.flatten()[:3].tolist()} ..., "
                "expected a vector with one number in (0, 1) for every step."
            )
        kept = torch.cat([betas.new_zeros(1), torch.log1p(-betas).cumsum(0)])  # log alpha_t^2, (T + 1,)
        self.register_buffer("alphas", (0.5 * kept).exp())
        self.register_buffer("sigmas", (-torch.expm1(kept)).sqrt())

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.alphas) - 1

    def betas(self) -> Tensor:
        """Return the variance that every step adds, that of q(x_t | x_{t-1}), (T,)."""
        return 1 - (self.alphas[1:] / self.alphas[:-1]).square()

    def posterior_variances(self) -> Tensor:
        """Return the variances of q(x_{t-1} | x_t, x_0), (T,): the first of them is zero."""
        return (self.sigmas[:-1] / self.sigmas[1:]).square() * self.betas()

    def shifts(self) -> Tensor:
        """Return by how much the mean of q(x_{t-1} | x_t, x_0) moves with x_0, (T,)."""
        return self.alphas[:-1] * self.betas() / self.sigmas[1:].square()

    def alpha(self, t: Tensor) -> Tensor:
        """Return alpha at whole times, in the shape of t."""
        return self.alphas[t.long()]

    def sigma(self, t: Tensor) -> Tensor:
        """Return sigma at whole times, in the shape of t."""
        return self.sigmas[t.long()]


def linear_betas(steps: int, first: float = 1e-4, last: float = 0.02) -> Tensor:
    """Return betas on a line, (T,); the limits are those of DDPM for T = 1,000, scaled to other T by 1,000 / T."""
    check_count(steps, "steps")
    return torch.linspace(first, last, steps, dtype=torch.float64).mul(1000 / steps).clamp_max(0.999)


def cosine_betas(steps: int, s: float = 0.008, most: float = 0.999) -> Tensor:
    """Return 1 - alpha_t^2 / alpha_{t-1}^2 of the cosine schedule, at most `most`, (T,) (Nichol and Dhariwal 2021)."""
    check_count(steps, "steps")
    kept = Cosine(s).alpha(torch.linspace(0, 1, steps + 1, dtype=torch.float64)).square()
    return (1 - kept[1:] / kept[:-1]).clamp_max(most)
