"""What a network may predict - noise, data, velocity or score - and the one place where they are converted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.diffusion.kernels import like
from genbook.diffusion.schedule import Schedule


class Prediction(NamedTuple):
    """What is known about x_0 and eps from x_t = alpha x_0 + sigma eps; each (B, *event).

    `blend` is what a network says about the variance of a step back: 0 for the posterior's, 1 for the kernel's.
    """

    x_0: Tensor
    eps: Tensor
    blend: Tensor | None = None

    def score(self, sigma: Tensor | float) -> Tensor:
        """Return the score of p_t, -eps / sigma (Tweedie's formula, read backwards)."""
        return -self.eps / sigma


Denoiser = Callable[[Tensor, Tensor], Prediction]
"""denoiser(x_t, t), x_t (B, *event) and t () or (B,): an estimate of E[x_0 | x_t], and the noise with it."""


class Parametrisation(Protocol):
    """One way to read the output of a network."""

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Return x_0 and eps from the output at x = x_t; alpha and sigma multiply x."""
        ...

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return the output that would be right."""
        ...


@dataclass(frozen=True)
class Epsilon:
    """The noise (Ho et al. 2020)."""

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Solve x = alpha x_0 + sigma output for x_0."""
        return Prediction((x - sigma * output) / alpha, output)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return eps."""
        return eps


@dataclass(frozen=True)
class Data:
    """The clean data x_0."""

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Solve x = alpha output + sigma eps for eps."""
        return Prediction(output, (x - alpha * output) / sigma)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return x_0."""
        return x_0


@dataclass(frozen=True)
class Velocity:
    """v = alpha eps - sigma x_0, which needs alpha^2 + sigma^2 = 1 (Salimans and Ho 2022, eq. 9)."""

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Turn the rotation (x, v) back."""
        return Prediction(alpha * x - sigma * output, sigma * x + alpha * output)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return alpha eps - sigma x_0."""
        return alpha * eps - sigma * x_0


@dataclass(frozen=True)
class Score:
    """The score of p_t, -E[eps | x_t] / sigma (Song and Ermon 2019)."""

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Read the score as noise."""
        return Epsilon().read(-sigma * output, x, alpha, sigma)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return -eps / sigma."""
        return -eps / sigma


@dataclass(frozen=True)
class Clipped:
    """Another parametrisation, whose x_0 is cut to [-1, 1], where the data lie, with the noise that then follows.

    For measuring and sampling: read as noise, a small error at alpha near 0 is a huge one of x_0, and a cosine schedule
    ends there. Training wants the gradient that cutting removes (so do Nichol and Dhariwal 2021 in their code).
    """

    inner: Parametrisation

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Read as `inner` does, cut x_0, and solve x = alpha x_0 + sigma eps for eps."""
        found = self.inner.read(output, x, alpha, sigma)
        x_0 = found.x_0.clamp(-1, 1)
        return found._replace(x_0=x_0, eps=(x - alpha * x_0) / sigma)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return what `inner` wants."""
        return self.inner.target(x_0, eps, alpha, sigma)


class NetworkDenoiser(nn.Module):
    """A network (x_t, t) -> output as a denoiser: the output is read as `parametrisation` says.

    The network is given t / horizon, for which a chain of T steps takes the horizon T.

    >>> import torch
    >>> from genbook.diffusion import VariancePreserving
    >>> denoiser = NetworkDenoiser(lambda x, t: torch.zeros_like(x), VariancePreserving(), Epsilon())
    >>> denoiser(torch.ones(2, 3), torch.tensor(0.5)).x_0.shape
    torch.Size([2, 3])
    """

    def __init__(
        self,
        network: Callable[[Tensor, Tensor], Tensor],
        schedule: Schedule,
        parametrisation: Parametrisation,
        horizon: float = 1.0,
    ) -> None:
        """Keep the network, the schedule and the way to read the output."""
        super().__init__()
        self.horizon = horizon
        self.network, self.schedule, self.parametrisation = network, schedule, parametrisation

    def forward(self, x: Tensor, t: Tensor) -> Prediction:
        """Return estimates of x_0 and eps: x_t (B, *event), t () or (B,)."""
        check_batch(x, x.shape[1:])
        alpha, sigma = like(self.schedule.alpha(t), x), like(self.schedule.sigma(t), x)
        return self.parametrisation.read(self.network(x, (t / self.horizon).to(x).expand(len(x))), x, alpha, sigma)
