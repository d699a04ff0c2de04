"""The denoiser that no network can beat, where the data are a mixture of Gaussians."""

from torch import Tensor

from genbook.data.toys import GaussianMixture
from genbook.diffusion.prediction import Prediction
from genbook.diffusion.schedule import Schedule


class IdealDenoiser:
    """E[x_0 | x_t] and E[eps | x_t] of a Gaussian mixture in closed form: Tweedie's formula (Efron 2011).

    x_t has the density p_t = mixture.noised(alpha_t, sigma_t); E[eps | x_t] = -sigma_t grad log p_t(x_t), and x_0
    follows from x_t = alpha_t x_0 + sigma_t eps.

    >>> import torch
    >>> from genbook.diffusion import NoiseAsTime
    >>> normal = GaussianMixture([1.0], [[0.0]], [[[1.0]]])
    >>> IdealDenoiser(normal, NoiseAsTime())(torch.tensor([[2.0]]), torch.tensor(1.0)).x_0
    tensor([[1.]])
    """

    def __init__(self, mixture: GaussianMixture, schedule: Schedule) -> None:
        """Keep the truth and the schedule."""
        self.mixture, self.schedule = mixture, schedule

    def __call__(self, x: Tensor, t: Tensor) -> Prediction:
        """Return both conditional means: x (B, D), one time t () for all rows."""
        if t.dim():
            raise ValueError(f"t has shape {tuple(t.shape)}, expected (): one time for the whole batch.")
        alpha, sigma = float(self.schedule.alpha(t.double())), float(self.schedule.sigma(t.double()))
        eps = -sigma * self.mixture.noised(alpha, sigma).score(x)
        return Prediction((x - sigma * eps) / alpha, eps)
