"""The Gaussians of the forward process, and those of a step back that they imply."""

from typing import NamedTuple

from torch import Tensor

from genbook.diffusion.schedule import Level


class Kernel(NamedTuple):
    """N(gain x + shift x_0, variance I): what one time says about another; each a plain number."""

    gain: float
    shift: float
    variance: float


def like(level: Tensor, x: Tensor) -> Tensor:
    """Return numbers () or (B,) in the dtype of x and in a shape that multiplies x (B, *event)."""
    level = level.to(x)
    return level if level.dim() == 0 else level.view(-1, *[1] * (x.dim() - 1))


def q_xt_x0(x_0: Tensor, alpha: Tensor, sigma: Tensor, eps: Tensor) -> Tensor:
    """Return x_t = alpha_t x_0 + sigma_t eps, a draw of q(x_t | x_0): alpha, sigma () or (B,), the rest (B, *event)."""
    return like(alpha, x_0) * x_0 + like(sigma, x_0) * eps


def q_xt_xs(then: Level, now: Level) -> Kernel:
    """Return q(x_t | x_s) = N(gain x_s, variance I) for a level `now` at t that is noisier than `then` at s."""
    gain = now.alpha / then.alpha
    return Kernel(gain, 0.0, max(now.sigma**2 - (gain * then.sigma) ** 2, 0.0))


def q_xs_xt_x0(then: Level, now: Level) -> Kernel:
    """Return q(x_s | x_t, x_0) = N(gain x_t + shift x_0, variance I) (Ho et al. 2020, eq. 6).

    Bayes' rule for the two Gaussians q(x_t | x_s) and q(x_s | x_0). A clean level `then` (sigma 0) gives variance 0.

    >>> q_xs_xt_x0(Level(1.0, 0.0), Level(0.8, 0.6))
    Kernel(gain=0.0, shift=1.0, variance=0.0)
    """
    forward = q_xt_xs(then, now)
    share = (then.sigma / now.sigma) ** 2
    return Kernel(forward.gain * share, then.alpha * forward.variance / now.sigma**2, forward.variance * share)
