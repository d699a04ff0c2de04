"""A diffusion model in continuous time, trained on its own variational bound."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_levels
from genbook.diffusion.decoder import level_log_prob, level_logits, to_unit
from genbook.diffusion.kernels import q_xt_x0
from genbook.diffusion.prediction import Epsilon, NetworkDenoiser
from genbook.diffusion.samplers import ancestral, even_times
from genbook.diffusion.schedule import Schedule


@dataclass(frozen=True)
class LinearLogSNR:
    """-log(alpha^2 / sigma^2) = gamma rises on a line from `first` to `last`, alpha^2 + sigma^2 = 1, t in [0, 1].

    With this schedule every time has the same weight in the bound (Kingma et al. 2021).
    """

    first: float = -9.0
    last: float = 6.0

    def gamma(self, t: Tensor) -> Tensor:
        """Return -log SNR at times t."""
        return self.first + (self.last - self.first) * t

    def alpha(self, t: Tensor) -> Tensor:
        """Return sqrt(sigmoid(-gamma))."""
        return torch.sigmoid(-self.gamma(t)).sqrt()

    def sigma(self, t: Tensor) -> Tensor:
        """Return sqrt(sigmoid(gamma))."""
        return torch.sigmoid(self.gamma(t)).sqrt()


class Terms(NamedTuple):
    """The three parts of minus the bound, each (B,) in nats: bound = -(prior + diffusion + reconstruction)."""

    prior: Tensor
    diffusion: Tensor
    reconstruction: Tensor


def low_discrepancy(n: int, u: Tensor) -> Tensor:
    """Return n times that fill [0, 1] evenly, each of them uniform: (u + i / n) mod 1, u () uniform, shape (n,).

    >>> low_discrepancy(4, torch.tensor(0.5))
    tensor([0.5000, 0.7500, 0.0000, 0.2500])
    """
    return torch.remainder(u + torch.arange(n, device=u.device) / n, 1.0).to(u)


class FourierFeatures(nn.Module):
    """A network that sees x_t also as sin and cos of 2^k pi x_t, so that it can tell neighbouring levels apart.

    (Kingma et al. 2021, appendix C.) The wrapped network takes 1 + 2 * len(octaves) times the channels.
    """

    def __init__(self, network: nn.Module, octaves: tuple[int, ...] = (1, 2, 3)) -> None:
        """Keep the network and the octaves k."""
        super().__init__()
        self.network, self.octaves = network, octaves

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        """Return the output of the network, with the features beside x as channels."""
        angles = [2**k * torch.pi * x for k in self.octaves]
        return self.network(torch.cat([x, *(f(a) for a in angles for f in (torch.sin, torch.cos))], 1), t)


class ContinuousDiffusion(nn.Module):
    """Whole numbers 0, ..., levels - 1, with latents x_t in continuous time (Kingma et al. 2021, VDM).

    -log p(x) <= KL(q(x_1 | x) || N(0, I)) - E log p(x | x_0) + 1/2 int gamma'(t) E|eps - eps_hat|^2 dt (eq. 11, 17).
    `network` maps (x_t, t) to a prediction of eps. Dropout acts in training mode: call `eval()` before measuring.
    """

    def __init__(self, network: nn.Module, schedule: LinearLogSNR, event: tuple[int, ...], levels: int) -> None:
        """Join a network, a schedule and the shape and levels of the data."""
        super().__init__()
        check_count(levels, "levels")
        self.denoiser = NetworkDenoiser(network, schedule, Epsilon())
        self.event, self.levels = tuple(event), levels
        self.register_buffer("place", torch.zeros(()))  # says which device and dtype to draw on

    @property
    def schedule(self) -> Schedule:
        """The schedule of signal and noise."""
        return self.denoiser.schedule

    def terms(self, x: Tensor, t: Tensor, eps: Tensor, eps_0: Tensor) -> Terms:
        """Return the parts of minus the bound at given times (B,) and noises (B, *event), each (B,)."""
        check_batch(x, self.event)
        clean, schedule, ends = to_unit(x, self.levels), self.schedule, torch.tensor([0.0, 1.0]).to(self.place)
        (a_0, a_1), (s_0, s_1) = schedule.alpha(ends), schedule.sigma(ends)
        prior = 0.5 * ((a_1 * clean).square() + s_1**2 - 1 - 2 * s_1.log()).flatten(1).sum(1)
        z_0 = a_0 * clean + s_0 * eps_0
        x_t = q_xt_x0(clean, schedule.alpha(t), schedule.sigma(t), eps)
        wrong = (eps - self.denoiser(x_t, t).eps).square().flatten(1).sum(1)
        rate = schedule.last - schedule.first  # gamma'
        one = torch.ones_like(z_0)
        return Terms(prior, 0.5 * rate * wrong, -level_log_prob(x, z_0, a_0 * one, s_0 * one, self.levels))

    def elbo(self, x: Tensor) -> Tensor:
        """Return an unbiased estimate of the bound on log p(x) in nats, one time a row: (B, *event) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds what is not a level.
        """
        check_batch(x, self.event)
        check_levels(x, self.levels)
        return -sum(self._draw(x, torch.rand(len(x)).to(self.place)))

    def loss(self, x: Tensor) -> Tensor:
        """Return minus the mean bound in nats an example, with times that fill [0, 1] evenly, shape ()."""
        check_batch(x, self.event)
        return sum(self._draw(x, low_discrepancy(len(x), torch.rand(()).to(self.place)))).mean()

    @torch.no_grad()
    def sample(self, n: int, steps: int = 250) -> Tensor:
        """Draw n examples (n, *event), approximately: `steps` steps of the reverse chain, then the levels."""
        check_count(n)
        x = torch.randn(n, *self.event).to(self.place)
        z = ancestral(self.denoiser, self.schedule, x, even_times(1.0, 0.0, steps))
        start, one = torch.zeros(1).to(self.place), torch.ones_like(z)
        logits = level_logits(z, self.schedule.alpha(start) * one, self.schedule.sigma(start) * one, self.levels)
        return torch.distributions.Categorical(logits=logits).sample().to(z)

    def _draw(self, x: Tensor, t: Tensor) -> Terms:
        return self.terms(x, t, torch.randn_like(x), torch.randn_like(x))
