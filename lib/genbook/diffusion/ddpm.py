"""DDPM: a chain of T small Gaussian steps back, trained to tell the noise from the data."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count, check_levels
from genbook.diffusion.decoder import bin_log_prob, to_levels, to_unit
from genbook.diffusion.kernels import like, q_xt_x0
from genbook.diffusion.prediction import Epsilon, NetworkDenoiser, Parametrisation, Prediction
from genbook.diffusion.samplers import ancestral
from genbook.diffusion.schedule import Discrete


def denoising_loss(network: nn.Module, schedule: Discrete, x_0: Tensor, t: Tensor, eps: Tensor) -> Tensor:
    """Return |eps - network(x_t, t / T)|^2 a value, averaged over the event: L_simple (Ho et al. 2020, eq. 14).

    x_0 and eps (B, *event), t (B,) in {1, ..., T} -> (B,). In no unit of information.
    """
    x_t = q_xt_x0(x_0, schedule.alpha(t), schedule.sigma(t), eps)
    return noise_error(network(x_t, (t / schedule.steps).to(x_0)), eps)


def noise_error(found: Tensor, eps: Tensor) -> Tensor:
    """Return the squared error of the noise that was found, the mean over the event: (B, *event) twice -> (B,)."""
    return (eps - found).square().flatten(1).mean(1)


class DDPM(nn.Module):
    """Whole numbers 0, ..., levels - 1 as a chain p(x_T) prod p(x_{t-1} | x_t) with Gaussian steps (Ho et al. 2020).

    `network` maps (x_t, t / T) to what `parametrisation` reads, by default eps. The step back has the mean of
    q(x_{t-1} | x_t, x_0 = denoised) and a variance between that of this posterior, `blend` 0, and beta_t, `blend` 1;
    a parametrisation that reads a blend from the network overrules. The data are x_0 = 2 x / (levels - 1) - 1.

    >>> from genbook.diffusion import UNet, linear_betas
    >>> model = DDPM(UNet(1, 1, widths=(8,), attention=()), Discrete(linear_betas(20)), (1, 4, 4), levels=17)
    >>> model.sample(2).shape
    torch.Size([2, 1, 4, 4])
    """

    def __init__(
        self,
        network: nn.Module,
        schedule: Discrete,
        event: tuple[int, ...],
        levels: int,
        parametrisation: Parametrisation = Epsilon(),  # noqa: B008 - immutable
        blend: float = 0.0,
    ) -> None:
        """Join a network, a schedule, and the shape and levels of the data."""
        super().__init__()
        check_count(levels, "levels")
        if not 0 <= blend <= 1:
            raise ValueError(f"blend is {blend}, expected a number from 0 to 1: a share of the way to beta_t.")
        self.event, self.levels, self.blend = tuple(event), levels, blend
        self.denoiser = NetworkDenoiser(network, schedule, parametrisation, horizon=schedule.steps)
        posterior, kernel = schedule.posterior_variances(), schedule.betas()
        posterior[0] = posterior[1:2] if schedule.steps > 1 else kernel[0]  # that of the last step would be zero
        self.register_buffer("log_variances", torch.stack([posterior, kernel], 1).log())  # (T, 2)

    @property
    def network(self) -> nn.Module:
        """The network that predicts."""
        return self.denoiser.network

    @property
    def schedule(self) -> Discrete:
        """The steps and their variances."""
        return self.denoiser.schedule

    def bound_terms(self, x: Tensor, t: Tensor, eps: Tensor) -> Tensor:
        """Return term number t of minus the bound in nats, each (B,): x, eps (B, *event), t (B,) in {1, ..., T}.

        For t > 1 it is KL(q(x_{t-1} | x_t, x_0) || p(x_{t-1} | x_t)), for t = 1 -log p(x | x_1), the mass that the last
        Gaussian puts on the bin of x (Ho et al. 2020, eqs. 5 and 13).
        """
        return self.terms_of(self.predict(x, t, eps), x, t)

    def predict(self, x: Tensor, t: Tensor, eps: Tensor) -> Prediction:
        """Return what the denoiser finds in x_t, made of x and eps (B, *event) at the steps t (B,)."""
        x_0 = to_unit(x, self.levels)
        return self.denoiser(q_xt_x0(x_0, self.schedule.alpha(t), self.schedule.sigma(t), eps), t)

    def terms_of(self, found: Prediction, x: Tensor, t: Tensor) -> Tensor:
        """Return the terms t of minus the bound for what was found in x_t, (B,)."""
        x_0 = to_unit(x, self.levels)
        low, high = (like(limit, x) for limit in self.log_variances[t - 1].unbind(1))
        log_variance = low + (self.blend if found.blend is None else found.blend) * (high - low)
        first = -bin_log_prob(x, found.x_0, log_variance, self.levels)
        away = (like(self.schedule.shifts()[t - 1], x) * (x_0 - found.x_0)).square() * torch.exp(-log_variance)
        kl = 0.5 * (torch.exp(low - log_variance) + away - 1 + log_variance - low)
        return torch.where(like(t == 1, x).bool(), first, kl).flatten(1).sum(1)

    def prior_term(self, x: Tensor) -> Tensor:
        """Return KL(q(x_T | x_0) || N(0, I)) in nats: no network has a part in it, (B, *event) -> (B,)."""
        alpha, sigma = self.schedule.alphas[-1].to(x), self.schedule.sigmas[-1].to(x)
        mean = alpha * to_unit(x, self.levels)
        return 0.5 * (mean.square() + sigma**2 - 1 - 2 * sigma.log()).flatten(1).sum(1)

    def elbo(self, x: Tensor) -> Tensor:
        """Return an unbiased estimate of the bound on log p(x) in nats, from one t a row: (B, *event) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds what is not a level.
        """
        check_batch(x, self.event)
        check_levels(x, self.levels)
        t = torch.randint(1, self.schedule.steps + 1, (len(x),), device=x.device)
        return -self.prior_term(x) - self.schedule.steps * self.bound_terms(x, t, torch.randn_like(x))

    def loss(self, x: Tensor) -> Tensor:
        """Return L_simple, the mean squared error of the noise found at random steps, shape (); no bound."""
        check_batch(x, self.event)
        t = torch.randint(1, self.schedule.steps + 1, (len(x),), device=x.device)
        return denoising_loss(self.network, self.schedule, to_unit(x, self.levels), t, torch.randn_like(x)).mean()

    def sample(self, n: int) -> Tensor:
        """Draw n examples (n, *event) by T steps back; the last Gaussian is narrower than a bin and is rounded."""
        check_count(n)
        start = next(self.network.parameters())
        x = torch.randn(n, *self.event, dtype=start.dtype, device=start.device)
        times = torch.arange(self.schedule.steps, -1, -1, device=start.device)
        return to_levels(ancestral(self.denoiser, self.schedule, x, times, self.blend), self.levels)
