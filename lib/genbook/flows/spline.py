"""Monotone rational-quadratic splines: increasing maps by knots, with a formula for the map and for its inverse."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from genbook.checks import check_count
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Flow
from genbook.flows.maf import maf
from genbook.nn import MLP, StandardNormal
from genbook.nn.outputs.output import check_params
from genbook.protocols import Transform


class _Bin(NamedTuple):
    """The bin that a value fell into: its corners (x_0, y_0), (x_0 + width, y_0 + height), slope and derivatives."""

    x0: Tensor
    y0: Tensor
    width: Tensor
    height: Tensor
    slope: Tensor  # height / width
    d0: Tensor  # derivative at the left knot
    d1: Tensor  # derivative at the right knot


@dataclass(frozen=True)
class RationalQuadratic:
    """An increasing spline through bins + 1 knots of the box [-bound, bound]^2, and z = x outside (Durkan et al. 2019).

    params (..., 3 bins - 1) hold raw widths, raw heights and the raw derivatives of the inner knots. Softmax and
    softplus turn any numbers into an increasing map: a bin takes at least the share `min_bin` of the box, a derivative
    is at least `min_derivative`. The derivative is 1 at the border, so the map and its derivative are continuous.

    Raises:
        TypeError, ValueError: fewer than two bins, a box without size, or minima that leave no room.

    >>> spline = RationalQuadratic(bins=4)
    >>> z, log_slope = spline.forward(torch.tensor([-9.0, 0.5]), torch.zeros(2, spline.size))
    >>> z
    tensor([-9.0000,  0.5000])
    """

    bins: int = 8
    bound: float = 5.0
    min_bin: float = 1e-3
    min_derivative: float = 1e-3

    def __post_init__(self) -> None:
        """Refuse a box or minima for which no spline exists."""
        check_count(self.bins, "bins")
        if self.bins < 2 or not 0 < self.bound < math.inf:
            raise ValueError(f"bins is {self.bins} and bound {self.bound}, expected bins >= 2 and a finite bound > 0.")
        if not 0 < self.min_bin * self.bins < 1 or not 0 < self.min_derivative < 1:
            raise ValueError(
                f"min_bin is {self.min_bin} and min_derivative {self.min_derivative} with {self.bins} bins, "
                "expected 0 < min_bin < 1 / bins and 0 < min_derivative < 1."
            )

    @property
    def size(self) -> int:
        """Parameters a variable: widths, heights and inner derivatives."""
        return 3 * self.bins - 1

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log dz/dx (eqs. 4, 5): x (...,), params (..., 3 bins - 1) -> (...,), (...,)."""
        check_params(params, self.size, x, "x")
        inside = x.clamp(-self.bound, self.bound)
        b = self._bin(inside, params, 0)
        z, log_slope = _value(b, (inside - b.x0) / b.width)
        return z + (x - inside), log_slope

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log dx/dz by the root of a quadratic (eqs. 6 to 8), written so that no digits cancel."""
        check_params(params, self.size, z, "z")
        inside = z.clamp(-self.bound, self.bound)
        b = self._bin(inside, params, 1)
        rise = inside - b.y0
        bend = rise * (b.d0 + b.d1 - 2 * b.slope)
        quadratic = b.height * (b.slope - b.d0) + bend
        linear = b.height * b.d0 - bend
        root = (linear.square() + 4 * quadratic * b.slope * rise).clamp_min(0).sqrt()
        t = 2 * b.slope * rise / (linear + root)
        return b.x0 + t * b.width + (z - inside), -_value(b, t)[1]

    def knots(self, params: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return x, z and dz/dx at the knots, each (..., bins + 1): params (..., 3 bins - 1)."""
        shares, raw = params.movedim(-1, 0).reshape(self.size, -1).split([2 * self.bins, self.bins - 1])
        rows = torch.stack([*self._ends(shares), self._derivatives(F.pad(raw, (0, 0, 1, 1)))])  # (3, K + 1, N)
        x, z, slope = rows.mT.reshape(3, *params.shape[:-1], -1)
        return x, z, slope

    def _bin(self, v: Tensor, params: Tensor, axis: int) -> _Bin:
        """The bin that holds v, on the axis of x (0) or of z (1); bins come first inside, which softmax likes best."""
        rows = params.movedim(-1, 0).reshape(self.size, -1)
        shares, raw = rows.split([2 * self.bins, self.bins - 1])  # (2 K, N), (K - 1, N)
        ends = self._ends(shares)
        with torch.no_grad():
            left = (v.flatten() >= ends[axis, 1:-1]).sum(0, keepdim=True)  # (1, N)
            both = torch.cat([left, left + 1])
        (x0, x1), (y0, y1) = ends.gather(1, both.expand(2, -1, -1)).reshape(2, 2, *v.shape)
        d0, d1 = self._derivatives(F.pad(raw, (0, 0, 1, 1)).gather(0, both)).reshape(2, *v.shape)
        width, height = x1 - x0, y1 - y0
        return _Bin(x0, y0, width, height, height / width, d0, d1)

    def _ends(self, shares: Tensor) -> Tensor:
        """Knots of both axes (2, bins + 1, N) from raw widths and heights (2 bins, N); the border is exact."""
        box = 2 * self.bound
        sums = shares.new_full((self.bins + 1, self.bins), box * (1 - self.min_bin * self.bins)).tril(-1)
        sums[-1] = 0
        floor = torch.arange(self.bins + 1, dtype=shares.dtype, device=shares.device)
        floor = floor * (box * self.min_bin) - self.bound
        floor[-1] = self.bound
        return sums @ shares.unflatten(0, (2, self.bins)).softmax(1) + floor[:, None]

    def _derivatives(self, raw: Tensor) -> Tensor:
        """Derivatives from raw ones: 1 for 0, so a padded 0 joins the spline to its tails without a corner."""
        return self.min_derivative + F.softplus(raw + math.log(math.expm1(1 - self.min_derivative)))


def _value(b: _Bin, t: Tensor) -> tuple[Tensor, Tensor]:
    """z and log dz/dx at the share t in [0, 1] of a bin (Durkan et al. 2019, eqs. 4, 5)."""
    s = 1 - t
    both = t * s
    bottom = b.slope + (b.d0 + b.d1 - 2 * b.slope) * both
    z = b.y0 + b.height * (b.slope * t.square() + b.d0 * both) / bottom
    rate = b.d1 * t.square() + 2 * b.slope * both + b.d0 * s.square()
    return z, ((b.slope / bottom).square() * rate).log()


def spline_coupling(dim: int, layers: int, hidden: Sequence[int] = (64, 64), bins: int = 8, bound: float = 5.0) -> Flow:
    """Return a flow of `layers` spline couplings that keep even and odd variables in turn; it starts as the identity.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, dim is 1, or the spline is refused.

    >>> flow = spline_coupling(2, layers=2, hidden=(16,))
    >>> flow.log_prob(torch.zeros(1, 2)).exp()
    tensor([0.1592], grad_fn=<ExpBackward0>)
    """
    check_count(dim, "dim")
    check_count(layers, "layers")
    if dim < 2:
        raise ValueError("dim is 1, expected at least 2: a coupling needs a variable that stays and one that moves.")
    bijection = RationalQuadratic(bins, bound)
    transforms: list[Transform] = []
    for layer in range(layers):
        kept = torch.arange(dim) % 2 == layer % 2
        moved = int((~kept).sum())
        network = MLP(dim - moved, hidden, moved * bijection.size, activation=nn.ReLU)
        _zero(network[-1])
        transforms.append(Coupling(kept, network, bijection))
    return Flow(StandardNormal(dim), transforms)


def spline_autoregressive(
    dim: int, layers: int, hidden: Sequence[int] = (64, 64), bins: int = 8, bound: float = 5.0
) -> Flow:
    """Return a flow of `layers` masked spline layers, every other one in reverse order; it starts as the identity.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1, or the spline is refused.
    """
    return maf(dim, layers, hidden, bijection=RationalQuadratic(bins, bound))


def _zero(layer: nn.Module) -> None:
    """Set weight and bias to zero: a spline whose parameters are zero is the identity."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
