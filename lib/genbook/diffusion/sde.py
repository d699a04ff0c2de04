"""The stochastic differential equation behind a schedule, and the flow without noise that has the same marginals."""

from collections.abc import Callable

from torch import Tensor
from torch.func import grad

from genbook.diffusion.prediction import Denoiser
from genbook.diffusion.schedule import Schedule


def coefficients(schedule: Schedule, t: Tensor) -> tuple[float, float]:
    """Return f and g^2 of dx = f(t) x dt + g(t) dW, the equation whose marginals are q(x_t | x_0), at one time t ().

    From d mean = f mean dt and d variance = (2 f variance + g^2) dt: f = d log alpha / dt and
    g^2 = d sigma^2 / dt - 2 f sigma^2 (Song et al. 2021, appendix B; Kingma et al. 2021). Derivatives by autograd.

    Raises:
        ValueError: the schedule is a table of steps, or another whose noise stands still at t.

    >>> import torch
    >>> from genbook.diffusion import NoiseAsTime
    >>> coefficients(NoiseAsTime(), torch.tensor(3.0))
    (0.0, 6.0)
    """
    t = t.double()
    f = float(grad(lambda t: schedule.alpha(t).log())(t))
    variance_rate = float(grad(lambda t: schedule.sigma(t).square())(t))
    if variance_rate == 0:
        raise ValueError(
            f"the noise of the {type(schedule).__name__} does not change at t = {float(t):g}, expected a schedule in "
            "continuous time: a chain of steps has no derivative, its limit has one."
        )
    return f, variance_rate - 2 * f * float(schedule.sigma(t)) ** 2


def probability_flow(denoiser: Denoiser, schedule: Schedule) -> Callable[[Tensor, Tensor], Tensor]:
    """Return dx/dt = f(t) x - g(t)^2 / 2 score(x, t), the flow with the equation's marginals.

    (Song et al. 2021, eq. 13.) The function maps a time () and x (B, *event) to the rate of change of x.
    """

    def drift(t: Tensor, x: Tensor) -> Tensor:
        f, g2 = coefficients(schedule, t)
        sigma = float(schedule.sigma(t.double()))
        return f * x - 0.5 * g2 * denoiser(x, t).score(sigma)

    return drift
