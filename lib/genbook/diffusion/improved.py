"""What Nichol and Dhariwal (2021) add to DDPM: a learned variance, a hybrid loss, and steps drawn by their loss."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from genbook.checks import check_count
from genbook.diffusion.ddpm import DDPM, noise_error
from genbook.diffusion.prediction import Parametrisation, Prediction


@dataclass(frozen=True)
class LearnedVariance:
    """Twice the channels: the first half is read by `mean`, the second half says where the variance lies.

    An output v in [-1, 1] stands for a share (v + 1) / 2 of the way from the log-variance of the posterior to that of
    the kernel, log beta_t (Nichol and Dhariwal 2021, eq. 15). v is not clipped, as in the paper.
    """

    mean: Parametrisation

    def read(self, output: Tensor, x: Tensor, alpha: Tensor, sigma: Tensor) -> Prediction:
        """Return what the first half predicts, and the blend of the second: output (B, 2 C, ...), x (B, C, ...)."""
        if output.shape[1] != 2 * x.shape[1]:
            raise ValueError(
                f"the network gives {output.shape[1]} channels for x with {x.shape[1]}, expected twice as many."
            )
        first, v = output.chunk(2, 1)
        return self.mean.read(first, x, alpha, sigma)._replace(blend=(v + 1) / 2)

    def target(self, x_0: Tensor, eps: Tensor, alpha: Tensor, sigma: Tensor) -> Tensor:
        """Return the first half that would be right; the second has no target."""
        return self.mean.target(x_0, eps, alpha, sigma)


def hybrid_loss(model: DDPM, x: Tensor, t: Tensor, eps: Tensor, weight: float = 1e-3) -> Tensor:
    """Return L_simple + weight * L_vlb a row: x, eps (B, *event), t (B,) in {1, ..., T} -> (B,); in no unit.

    L_vlb = T times term t of minus the bound, in bits a dimension. It teaches the variance only: the mean in it is held
    fixed, so that the noisy gradient of the bound does not disturb it (Nichol and Dhariwal 2021, eq. 16, section 3.1).
    """
    found = model.predict(x, t, eps)
    held = Prediction(found.x_0.detach(), found.eps.detach(), found.blend)
    bits = x[0].numel() * math.log(2)
    bound = model.schedule.steps * model.terms_of(held, x, t) / bits
    return noise_error(found.eps, eps) + weight * bound


class LossAwareTimes(nn.Module):
    """Steps t drawn with p_t proportional to sqrt(E[L_t^2]), which makes L_t / p_t vary least (eq. 18).

    The mean is over the last `memory` losses of a step; until every step has that many, all are equally likely. A share
    `floor` of the draws stays uniform, so that no step is forgotten.

    >>> times = LossAwareTimes(steps=2, memory=1, floor=0.0)
    >>> times.update(torch.tensor([1, 2]), torch.tensor([3.0, 1.0]))
    >>> times.probabilities()
    tensor([0.7500, 0.2500])
    """

    def __init__(self, steps: int, memory: int = 10, floor: float = 1e-3) -> None:
        """Begin with no losses."""
        super().__init__()
        check_count(steps, "steps")
        check_count(memory, "memory")
        if not 0 <= floor <= 1:
            raise ValueError(f"floor is {floor}, expected a share from 0 to 1.")
        self.floor = floor
        self.register_buffer("losses", torch.zeros(steps, memory))
        self.register_buffer("counts", torch.zeros(steps, dtype=torch.int64))

    def probabilities(self) -> Tensor:
        """Return p_t, (T,)."""
        steps, memory = self.losses.shape
        size = self.losses.square().mean(1).sqrt()
        if bool((self.counts < memory).any()) or not bool(size.sum() > 0):
            return torch.full_like(size, 1 / steps)
        return (1 - self.floor) * size / size.sum() + self.floor / steps

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n steps t in {1, ..., T} and the weights 1 / (T p_t), which keep the mean of the losses unbiased."""
        check_count(n)
        p = self.probabilities()
        place = torch.multinomial(p, n, replacement=True)
        return place + 1, 1 / (len(p) * p[place])

    def update(self, t: Tensor, losses: Tensor) -> None:
        """Remember the losses (n,), without weights, of steps t (n,)."""
        for place, loss in zip((t - 1).tolist(), losses.detach(), strict=True):
            self.losses[place, self.counts[place] % self.losses.shape[1]] = loss
            self.counts[place] += 1
