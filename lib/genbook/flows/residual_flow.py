"""i-ResNet and Residual Flow: residual networks that can be inverted because what they add is a contraction."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genbook.checks import check_batch
from genbook.flows.flow import Base, Flow
from genbook.flows.lipschitz import LipschitzMLP
from genbook.flows.log_det_series import Roulette, Terms, early_mean_log_det, exact_log_det
from genbook.protocols import Transform


class Residual(nn.Module):
    """z = x + g(x) with Lip(g) < 1, which Banach's fixed-point theorem inverts (Behrmann et al. 2019, theorem 1).

    Both directions give the exact log-determinant, from the whole Jacobian at the price of D passes.

    Raises:
        TypeError: g is not a `LipschitzMLP`.

    >>> block = Residual(LipschitzMLP(2, (8,), 0.9)).eval()
    >>> z, log_det = block(torch.ones(3, 2))
    >>> torch.allclose(block.inverse(z)[0], torch.ones(3, 2), atol=1e-4)
    True
    """

    def __init__(self, g: LipschitzMLP) -> None:
        """Keep the contraction."""
        super().__init__()
        if not isinstance(g, LipschitzMLP):
            raise TypeError(f"g is a {type(g).__name__}, expected a LipschitzMLP: its bound makes x + g(x) invertible.")
        self.g = g

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, D) -> (B, D), (B,)."""
        check_batch(x, (self.g.dim,))
        return x + self.g(x), exact_log_det(self.g, x)

    def inverse(self, z: Tensor, steps: int = 1000, tolerance: float | None = None) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz| by x <- z - g(x), without gradient: (B, D) -> (B, D), (B,).

        The result is within tolerance (1 + |z|) of the true x, since |x - x*| <= |x + g(x) - z| / (1 - Lip(g)). The
        tolerance is 100 units of rounding of the dtype if none is given.

        Raises:
            RuntimeError: that is not reached after `steps` steps.
        """
        check_batch(z, (self.g.dim,), "z")
        with torch.no_grad():
            x = fixed_point(self.g, z, steps, tolerance)
            return x, -exact_log_det(self.g, x)


def fixed_point(g: LipschitzMLP, z: Tensor, steps: int = 1000, tolerance: float | None = None) -> Tensor:
    """Return x with x + g(x) = z, up to tolerance (1 + |z|), from x = z by x <- z - g(x): (B, D) -> (B, D).

    Raises:
        RuntimeError: the tolerance is not reached after `steps` steps, because g is no contraction or z is not finite.
    """
    rounding = torch.finfo(z.dtype).eps
    tolerance = 100 * rounding if tolerance is None else tolerance
    enough = max(tolerance * (1 - g.bound), 4 * rounding) * (1 + z.norm(dim=1))
    x = z
    for _ in range(steps):
        x, before = z - g(x), x
        distance = (x - before).norm(dim=1)  # = |before + g(before) - z|
        if (distance <= enough).all():
            return x
    raise RuntimeError(
        f"the fixed point moved by {distance.max().item():.2g} in step {steps}, expected at most {tolerance:g} "
        f"(1 - {g.bound:g}) (1 + |z|): call eval() so that g keeps its bound, allow more steps, or raise the tolerance."
    )


class ResidualFlow(Flow):
    """A flow of residual blocks: exact where it is asked for a density, unbiased and cheap where it is trained.

    `log_prob` pays D passes a block for exact determinants. `loss` draws one noise vector an example and a number of
    terms a block, and estimates the determinants of the `Residual` blocks; other transforms stay exact. With `Roulette`
    that is a Residual Flow (Chen et al. 2019), with `Truncated` an i-ResNet (Behrmann et al. 2019).

    >>> from genbook.nn import StandardNormal
    >>> flow = ResidualFlow(StandardNormal(2), [Residual(LipschitzMLP(2, (8,), 0.9)) for _ in range(2)])
    >>> flow.eval().log_prob(torch.zeros(3, 2)).shape
    torch.Size([3])
    """

    def __init__(self, base: Base, transforms: Sequence[Transform], terms: Terms = Roulette()) -> None:  # noqa: B008
        """Join a base, the transforms from data to noise, and the rule that says how many terms to compute."""
        super().__init__(base, transforms)
        self.terms = terms

    def loss(self, x: Tensor) -> Tensor:
        """Return an estimate of the mean negative log-likelihood in nats an example, shape ().

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype.
        """
        total: Tensor | float = 0.0
        for transform in self.transform.transforms:
            if isinstance(transform, Residual):
                check_batch(x, (transform.g.dim,))
                v = torch.randn_like(x).sign()  # Rademacher: of all noises the least variance
                log_det = early_mean_log_det(transform.g, x, v, self.terms.weights(self.terms.draw()))
                x = x + transform.g(x)
            else:
                x, log_dets = transform(x)
                log_det = log_dets.mean()
            total = total + log_det
        return -self.base.log_prob(x).mean() - total
