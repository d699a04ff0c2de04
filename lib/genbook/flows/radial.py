"""Radial flows: space moves towards a point, or away from it."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genbook.checks import check_batch, check_count
from genbook.flows.planar import above_minus_one

SMALLEST = 1e-3  # alpha, the width of what is pushed


class Radial(nn.Module):
    """z = x + beta_hat (x - x0) / (alpha + r) with r = |x - x0|, invertible for any parameters.

    beta_hat > -alpha keeps the radius increasing (Rezende & Mohamed 2015, eq. 14 and appendix A.2). Since
    the new radius is a quotient with a quadratic above and a line below in the old one, a square root inverts it.

    Raises:
        TypeError, ValueError: dim is not a whole number of at least 1.

    >>> layer = Radial(2)
    >>> z, log_det = layer(torch.ones(3, 2))
    >>> torch.allclose(layer.inverse(z)[0], torch.ones(3, 2), atol=1e-5)
    True
    """

    def __init__(self, dim: int) -> None:
        """Draw a centre; the layer starts near the identity."""
        super().__init__()
        check_count(dim, "dim")
        self.x0 = nn.Parameter(torch.randn(dim))
        self.width = nn.Parameter(torch.zeros(()))  # any real number
        self.strength = nn.Parameter(0.1 * torch.randn(()))  # any real number

    def alpha_beta(self) -> tuple[Tensor, Tensor]:
        """Return alpha > 0 and beta_hat > -alpha, whatever the parameters are."""
        alpha = SMALLEST + F.softplus(self.width)
        return alpha, alpha * above_minus_one(self.strength)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.x0.shape)
        away = x - self.x0
        log_stretch, log_det = self._stretch(away.norm(dim=1))
        return x + torch.expm1(log_stretch)[:, None] * away, log_det

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|: (B, D) -> (B, D), (B,).

        The new radius s = r + beta r / (alpha + r) means r^2 + (alpha + beta - s) r - alpha s = 0.
        """
        check_batch(z, self.x0.shape, "z")
        alpha, beta = self.alpha_beta()
        away = z - self.x0
        s = away.norm(dim=1)
        half = (alpha + beta - s) / 2
        root = (half**2 + alpha * s).sqrt()
        r = torch.where(half > 0, alpha * s / (half + root), root - half)  # the positive root, without cancellation
        log_stretch, log_det = self._stretch(r)
        return self.x0 + (-log_stretch).exp()[:, None] * away, -log_det

    def _stretch(self, r: Tensor) -> tuple[Tensor, Tensor]:
        """Return the logarithm of |z - x0| / |x - x0|, and log det: D - 1 directions stretch so, one differs."""
        alpha, beta = self.alpha_beta()
        log_stretch = torch.log1p(beta / (alpha + r))
        along = torch.log1p(alpha * beta / (alpha + r) ** 2)  # the radius' own derivative
        return log_stretch, (len(self.x0) - 1) * log_stretch + along
