"""Guidance: a denoiser pushed towards a class, by a classifier's gradient or by the difference of two denoisers."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from genbook.diffusion.kernels import like
from genbook.diffusion.prediction import Denoiser, Prediction
from genbook.diffusion.schedule import Schedule


@dataclass(frozen=True)
class ClassifierGuided:
    """The denoiser of the score s(x_t) + scale grad log p(c | x_t) (Dhariwal and Nichol 2021, algorithm 2).

    `log_prob(x_t, t)` gives log p(c | x_t) of the wanted class, (B, *event) and () -> (B,), differentiable in x_t. With
    `scale` 1 and the true classifier it is the denoiser given c; a larger scale samples no simple density.
    """

    denoiser: Denoiser
    log_prob: Callable[[Tensor, Tensor], Tensor]
    schedule: Schedule
    scale: float = 1.0

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """Return the guided estimates of x_0 and eps: x_t (B, *event), t () or (B,)."""
        found = self.denoiser(x, t)
        with torch.enable_grad():
            inside = x.detach().requires_grad_()
            (push,) = torch.autograd.grad(self.log_prob(inside, t).sum(), inside)
        alpha, sigma = like(self.schedule.alpha(t), x), like(self.schedule.sigma(t), x)
        eps = found.eps - self.scale * sigma * push
        return found._replace(x_0=found.x_0 + self.scale * sigma**2 / alpha * push, eps=eps)


@dataclass(frozen=True)
class ClassifierFree:
    """The denoiser of eps(x_t) + scale (eps(x_t, c) - eps(x_t)) (Ho and Salimans 2022).

    `given` knows the class and `free` does not; one network can be both. `scale` 1 is `given` itself, 0 is `free`. The
    paper's weight w is scale - 1.
    """

    given: Denoiser
    free: Denoiser
    scale: float = 1.0

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """Return the guided estimates of x_0 and eps: x_t (B, *event), t () or (B,)."""
        given = self.given(x, t)
        if self.scale == 1:
            return given
        free = self.free(x, t)
        x_0, eps = (torch.lerp(b, a, self.scale) for a, b in ((given.x_0, free.x_0), (given.eps, free.eps)))
        return given._replace(x_0=x_0, eps=eps)
