"""Planar flows: a ridge function pushes space along one vector."""

import math

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.numerics.newton import newton_in_bracket

MARGIN = 1e-3  # what every determinant stays above, so that rounding cannot make a map fold


def above_minus_one(a: Tensor) -> Tensor:
    """Return a number in (-1 + MARGIN, inf) for any real a, increasing, with 0 -> 0: (...,) -> (...,).

    Up to MARGIN it is log(1 + e^(a + k)) - 1 with k = log(e - 1), which moves the map of Rezende & Mohamed (2015,
    appendix A.1) sideways, so that a = 0, like u = 0, still means the identity.

    >>> above_minus_one(torch.tensor([-1e9, 0.0, 3.0]))
    tensor([-0.9990,  0.0000,  2.5673])
    """
    share = 1 - 1 / math.e
    near = torch.log1p(share * torch.expm1(a.clamp(max=20.0)))  # softplus(a + k) - 1 without its cancellation at 0
    return (1 - MARGIN) * torch.where(a < 20.0, near, a + math.log(share))


def feasible(u: Tensor, w: Tensor) -> tuple[Tensor, Tensor]:
    """Return u_hat, the u whose part along w makes the planar map invertible, and w^T u_hat > -1: (..., D), (...,).

    u_hat = u + (m(w^T u) - w^T u) w / |w|^2 with m = `above_minus_one` (Rezende & Mohamed 2015, appendix A.1); lengths
    are taken apart from directions so that no w, not even 0, overflows.
    """
    largest = w.abs().amax(-1, keepdim=True).clamp_min(torch.finfo(w.dtype).tiny).detach()
    length = (w / largest).norm(dim=-1, keepdim=True)  # from 1 to sqrt(D), or 0
    direction, length = w / largest / length.clamp_min(1.0), length.clamp_min(1.0) * largest
    along = (direction * u).sum(-1, keepdim=True)  # (..., 1)
    m = above_minus_one(length * along)
    return u + (m / length - along) * direction, m[..., 0]


def planar(x: Tensor, w: Tensor, u: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return z = x + u_hat tanh(w^T x + b) and log det = log(1 + tanh' w^T u_hat): x (B, D), b () or (B,).

    The determinant of I + tanh' u_hat w^T is by the matrix determinant lemma (Rezende & Mohamed 2015, eq. 11-12).
    """
    u_hat, m = feasible(u, w)
    h = torch.tanh((x * w).sum(-1) + b)  # (B,)
    return x + u_hat * h[..., None], torch.log1p(m * (1 - h * h))


def planar_inverse(z: Tensor, w: Tensor, u: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Return x and log |det dx/dz|: the one unknown a = w^T x solves a + m tanh(a + b) = w^T z, where m = w^T u_hat.

    Raises:
        RuntimeError: the root was not found within the tolerance, as for a z that is not finite.
    """
    u_hat, m = feasible(u, w)
    m, b = m.expand(len(z)), b.expand(len(z))  # (B,)

    def along(a: Tensor) -> tuple[Tensor, Tensor]:
        h = torch.tanh(a + b)
        return a + m * h, 1 + m * (1 - h * h)

    y = (z * w).sum(-1)
    a = newton_in_bracket(along, y, y - m.abs(), y + m.abs())
    h = torch.tanh(a + b)
    return z - u_hat * h[:, None], -torch.log1p(m * (1 - h * h))


class Planar(nn.Module):
    """z = x + u_hat tanh(w^T x + b), invertible for any parameters (Rezende & Mohamed 2015, eq. 10).

    `forward` has a formula; `inverse` solves one equation in one unknown per example, without a gradient.

    Raises:
        TypeError, ValueError: dim is not a whole number of at least 1.

    >>> layer = Planar(2)
    >>> z, log_det = layer(torch.zeros(3, 2))
    >>> torch.allclose(layer.inverse(z)[0], torch.zeros(3, 2), atol=1e-5)
    True
    """

    def __init__(self, dim: int) -> None:
        """Draw w and b, and a small u: the layer starts near the identity."""
        super().__init__()
        check_count(dim, "dim")
        self.w = nn.Parameter(torch.randn(dim))
        self.u = nn.Parameter(0.1 * torch.randn(dim))
        self.b = nn.Parameter(torch.randn(()))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.w.shape)
        return planar(x, self.w, self.u, self.b)

    @torch.no_grad()
    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|, without gradient: (B, D) -> (B, D), (B,).

        Raises:
            RuntimeError: the root was not found within the tolerance, as for a z that is not finite.
        """
        check_batch(z, self.w.shape, "z")
        return planar_inverse(z, self.w, self.u, self.b)


class AmortisedPlanar(nn.Module):
    """Planar layers whose parameters come with every example, for posteriors (Rezende & Mohamed 2015, section 4.2).

    c (B, layers (2 D + 1)) holds w, u and b of one layer after the other. Here `inverse`, from noise to latents, is the
    direction with a formula, because that is the one which a posterior draws in.

    Raises:
        TypeError, ValueError: dim or layers is not a whole number of at least 1.
    """

    def __init__(self, dim: int, layers: int) -> None:
        """Keep the sizes; there is no parameter to learn here."""
        super().__init__()
        check_count(dim, "dim")
        check_count(layers, "layers")
        self.dim, self.layers = dim, layers

    @property
    def size(self) -> int:
        """How many numbers an example's row of c holds."""
        return self.layers * (2 * self.dim + 1)

    @torch.no_grad()
    def forward(self, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return the noise and log |det|, without gradient: (B, D), (B, size) -> (B, D), (B,)."""
        total = x.new_zeros(len(x))
        for w, u, b in reversed(self._parameters_of(x, c)):
            x, log_det = planar_inverse(x, w, u, b)
            total = total + log_det
        return x, total

    def inverse(self, z: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the layers make of the noise z, and log |det|: (B, D), (B, size) -> (B, D), (B,)."""
        total = z.new_zeros(len(z))
        for w, u, b in self._parameters_of(z, c):
            z, log_det = planar(z, w, u, b)
            total = total + log_det
        return z, total

    def _parameters_of(self, x: Tensor, c: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        check_batch(x, (self.dim,))
        check_batch(c, (self.size,), "c")
        rows = c.unflatten(1, (self.layers, -1)).unbind(1)  # layers of (B, 2 D + 1)
        return [(row[:, : self.dim], row[:, self.dim : -1], row[:, -1]) for row in rows]
