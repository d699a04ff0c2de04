"""Noise-contrastive estimation: a density with a free constant, learned by telling data from noise."""

import math
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from genbook.checks import check_batch, check_count
from genbook.protocols import HasEnergy, HasLogProb, HasSample


class Noise(HasLogProb, HasSample, Protocol):
    """A density that can be evaluated and sampled, and is above zero wherever there are data."""


def nce_loss(log_ratio_data: Tensor, log_ratio_noise: Tensor, ratio: int) -> Tensor:
    """Return the logistic loss of telling data from `ratio` times as much noise (Gutmann & Hyvarinen 2010, eq. 8).

    log_ratio = log p_model(x) - log p_noise(x) at data (B,) and at noise (ratio * B,); the log-odds of being data are
    log_ratio - log(ratio). Shape (), in nats a datum.

    >>> round(nce_loss(torch.zeros(2), torch.zeros(2), 1).item(), 4)  # twice log 2: nothing is known
    1.3863
    """
    odds_data, odds_noise = log_ratio_data - math.log(ratio), log_ratio_noise - math.log(ratio)
    return softplus(-odds_data).mean() + ratio * softplus(odds_noise).mean()


class NoiseContrastive(nn.Module):
    """log p(x) = -E(x) - log_z with log_z a parameter like any other (Gutmann & Hyvarinen 2010; 2012).

    At the optimum of the loss over all functions the constant is the true one, with no constraint imposed. Elsewhere
    -E - log_z need not integrate to 1, so there is no `log_prob` here: `log_density` is a claim to be checked.
    """

    def __init__(self, model: nn.Module, noise: Noise, ratio: int = 1) -> None:
        """Take an energy model, a noise density, and how many noise points there are for each datum."""
        super().__init__()
        check_count(ratio, "ratio")
        if not isinstance(model, HasEnergy):
            raise TypeError(f"model is a {type(model).__name__}, expected one with `energy`.")
        self.model, self.noise, self.ratio = model, noise, ratio
        self.log_z = nn.Parameter(torch.zeros(()))

    def log_density(self, x: Tensor) -> Tensor:
        """Return -E(x) - log_z in nats, (B, *shape) -> (B,): normalised only as far as training has come."""
        return -self.model.energy(x) - self.log_z

    def log_ratio(self, x: Tensor) -> Tensor:
        """Return log p_model(x) - log p_noise(x) in nats: (B, *shape) -> (B,)."""
        return self.log_density(x) - self.noise.log_prob(x)

    def loss(self, x: Tensor) -> Tensor:
        """Draw noise and return `nce_loss` of the data x (B, *shape), shape ()."""
        check_batch(x, x.shape[1:])
        noise = self.noise.sample(self.ratio * len(x)).to(x)
        return nce_loss(self.log_ratio(x), self.log_ratio(noise), self.ratio)
