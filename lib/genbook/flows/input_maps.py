"""From the unit cube to the real line: what a flow of images begins with."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.special import ndtr, ndtri

from genbook.checks import check_batch, check_finite

HALF_LOG_TWO_PI = 0.5 * math.log(2 * math.pi)


class Logit(nn.Module):
    """z = logit(alpha + (1 - 2 alpha) x) for x in [0, 1], elementwise (Dinh et al. 2017, section 4.1).

    A small `alpha` stretches the border of the interval far out, a large one hardly at all.

    Raises:
        ValueError: `alpha` is not in (0, 1/2).

    >>> Logit(alpha=0.05)(torch.tensor([[0.0, 0.5, 1.0]]))[0]
    tensor([[-2.9444,  0.0000,  2.9444]])
    """

    def __init__(self, alpha: float = 0.05) -> None:
        """Keep alpha."""
        super().__init__()
        self.alpha = _checked(alpha)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the sum of log dz/dx: (B, *event) -> (B, *event), (B,)."""
        check_batch(x, _event(x))
        z = torch.logit(self.alpha + (1 - 2 * self.alpha) * x)
        return z, self._log_slope(z).flatten(1).sum(1)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and minus the sum of log dz/dx; noise from far out lands outside [0, 1] by less than alpha or so."""
        check_batch(z, _event(z), "z")
        return (z.sigmoid() - self.alpha) / (1 - 2 * self.alpha), -self._log_slope(z).flatten(1).sum(1)

    def _log_slope(self, z: Tensor) -> Tensor:
        return math.log(1 - 2 * self.alpha) - F.logsigmoid(z) - F.logsigmoid(-z)


class NormalQuantile(nn.Module):
    """z = Phi^-1(alpha + (1 - 2 alpha) x) for x in [0, 1]: uniform numbers become normal ones, elementwise.

    `alpha` keeps the ends finite.

    Raises:
        ValueError: `alpha` is not in (0, 1/2).

    >>> NormalQuantile()(torch.tensor([[0.5]]))[0]
    tensor([[0.]])
    """

    def __init__(self, alpha: float = 1e-5) -> None:
        """Keep alpha."""
        super().__init__()
        self.alpha = _checked(alpha)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the sum of log dz/dx: (B, *event) -> (B, *event), (B,)."""
        check_batch(x, _event(x))
        z = ndtri(self.alpha + (1 - 2 * self.alpha) * x)
        return z, self._log_slope(z).flatten(1).sum(1)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and minus the sum of log dz/dx."""
        check_batch(z, _event(z), "z")
        return (ndtr(z) - self.alpha) / (1 - 2 * self.alpha), -self._log_slope(z).flatten(1).sum(1)

    def _log_slope(self, z: Tensor) -> Tensor:
        return math.log(1 - 2 * self.alpha) + 0.5 * z.square() + HALF_LOG_TWO_PI


class HistogramCDF(nn.Module):
    """z_d = F_d(x_d), the CDF of a histogram over equal cells of [0, 1], a line in each cell.

    `shares` (*event, L) are the probabilities of L cells for each variable, all positive. Data that follow the
    histograms become uniform, whatever peaks their levels had. Before `NormalQuantile` and a normal base it is the
    histogram itself as a flow: its density is constant in a cell, so uniform dequantisation loses nothing.

    Raises:
        TypeError, ValueError: `shares` are no positive floating numbers that sum to one for each variable.

    >>> HistogramCDF(torch.tensor([[0.75, 0.25]]))(torch.tensor([[0.25]]))
    (tensor([[0.3750]]), tensor([0.4055]))
    """

    def __init__(self, shares: Tensor) -> None:
        """Sum the shares to the heights of the CDF at the edges of the cells."""
        super().__init__()
        check_batch(shares, shares.shape[1:] if isinstance(shares, Tensor) else (), "shares")
        check_finite(shares, "shares")
        if (shares <= 0).any() or ((shares.sum(-1) - 1).abs() > 1e-4).any():
            raise ValueError("shares are not positive numbers that sum to 1 a variable, expected smoothed histograms.")
        self.event = tuple(shares.shape[:-1])
        self.register_buffer("shares", shares.flatten(0, -2))  # (D, L)
        self.register_buffer("edges", F.pad(self.shares.cumsum(1), (1, 0)))  # (D, L + 1), of F

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return F(x) and the sum of the log-densities: (B, *event) -> (B, *event), (B,)."""
        check_batch(x, self.event)
        levels = self.shares.shape[1]
        scaled = x.flatten(1) * levels  # (B, D)
        cell = scaled.floor().clamp(0, levels - 1).detach()
        share, edge = self._at(self.shares, cell), self._at(self.edges, cell)
        return (edge + (scaled - cell) * share).view(x.shape), (share * levels).log().sum(1)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and minus the sum of the log-densities; beyond 0 and 1 the lines of the end cells go on."""
        check_batch(z, self.event, "z")
        levels = self.shares.shape[1]
        height = z.flatten(1)
        cell = torch.searchsorted(self.edges[:, 1:-1].contiguous(), height.T.contiguous(), right=True).T.to(z.dtype)
        share, edge = self._at(self.shares, cell), self._at(self.edges, cell)
        return ((cell + (height - edge) / share) / levels).view(z.shape), -(share * levels).log().sum(1)

    def _at(self, table: Tensor, cell: Tensor) -> Tensor:
        """Return the entry of every variable's own row: table (D, ...), cell (B, D) -> (B, D)."""
        return table.gather(1, cell.T.long()).T


def _event(x: Tensor) -> tuple[int, ...]:
    return tuple(x.shape[1:]) if isinstance(x, Tensor) else ()


def _checked(alpha: float) -> float:
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha is {alpha}, expected a number above 0 and below 1/2.")
    return alpha
