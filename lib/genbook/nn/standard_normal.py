"""The distribution that noise and latent variables usually come from."""

import math

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.protocols import Measure


class StandardNormal(nn.Module):
    """N(0, I) over events of shape `event`: a prior of latent variables, the base of a flow, the noise of a generator.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1.

    >>> prior = StandardNormal(2)
    >>> prior.log_prob(torch.zeros(1, 2)).exp()
    tensor([0.1592])
    >>> StandardNormal(3, 8, 8).sample(5).shape
    torch.Size([5, 3, 8, 8])
    """

    measure: Measure = "lebesgue"

    def __init__(self, *event: int) -> None:
        """Keep mean 0 and log scale 0 as buffers, so that they move with the model."""
        super().__init__()
        for size in event:
            check_count(size, "a size of the event")
        self.register_buffer("mean", torch.zeros(event))
        self.register_buffer("log_scale", torch.zeros(event))

    def log_prob(self, z: Tensor) -> Tensor:
        """Return log p(z) in nats: (B, *event) -> (B,)."""
        check_batch(z, self.mean.shape, "z")
        return -0.5 * z.square().flatten(1).sum(1) - 0.5 * math.log(2 * math.pi) * self.mean.numel()

    def sample(self, n: int) -> Tensor:
        """Draw n events, shape (n, *event)."""
        check_count(n)
        return torch.randn(n, *self.mean.shape, dtype=self.mean.dtype, device=self.mean.device)
