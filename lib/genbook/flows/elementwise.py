"""Every variable by itself: the simplest flow in more than one dimension."""

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.flows.bijections import Bijection


class Elementwise(nn.Module):
    """z_d = g(x_d; params_d), the same bijection for every variable and learned parameters: (B, D) -> (B, D), (B,).

    The Jacobian is diagonal. Such a layer shapes the marginals and cannot change what depends on what.

    Raises:
        TypeError, ValueError: `dim` is not a whole number of at least 1.

    >>> from genbook.flows import Affine
    >>> layer = Elementwise(Affine(), 2)
    >>> layer(torch.ones(3, 2))[1].shape
    torch.Size([3])
    """

    def __init__(self, bijection: Bijection, dim: int, scale: float = 0.1) -> None:
        """Draw params (D, size) from N(0, scale^2), near the identity; equal parameters would stay equal forever."""
        super().__init__()
        check_count(dim, "dim")
        self.bijection = bijection
        self.params = nn.Parameter(scale * torch.randn(dim, bijection.size))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|."""
        check_batch(x, self.params.shape[:1])
        z, log_scale = self.bijection.forward(x, self.params.expand(len(x), -1, -1))
        return z, log_scale.sum(1)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|."""
        check_batch(z, self.params.shape[:1], "z")
        x, log_scale = self.bijection.inverse(z, self.params.expand(len(z), -1, -1))
        return x, log_scale.sum(1)
