"""A flow: a base distribution over noise, and an invertible map from data to noise."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor, nn

from genbook.checks import check_count, check_finite
from genbook.flows.transform import Chain
from genbook.protocols import HasLogProb, HasSample, Measure, Transform


@runtime_checkable
class Base(HasLogProb, HasSample, Protocol):
    """p(z), a density over events of the shape of the data: a normal, a mixture, another flow, ..."""


class Flow(nn.Module):
    """log p(x) = log p_base(f(x)) + log |det df/dx|, where f = f_L after ... after f_1 goes from data to noise.

    One object owns the density and the sampler, so that they cannot disagree. See Papamakarios et al. (2021, eq. 6);
    they write the same density with the map from noise to data. Where the transforms take a condition c (B, C), so do
    the methods, and the density is that of x given c.

    Raises:
        TypeError: the base has no density or no samples, or a transform does not map both ways.

    >>> from genbook.flows import Permutation
    >>> from genbook.nn import StandardNormal
    >>> flow = Flow(StandardNormal(2), [Permutation(torch.tensor([1, 0]))])
    >>> flow.log_prob(torch.zeros(1, 2)).exp()
    tensor([0.1592])
    """

    measure: Measure = "lebesgue"

    def __init__(self, base: Base, transforms: Sequence[Transform]) -> None:
        """Join a base and the transforms, in the order from data to noise."""
        super().__init__()
        if not isinstance(base, Base):
            raise TypeError(f"base is a {type(base).__name__}, expected a density with log_prob, sample and measure.")
        self.base, self.transform = base, Chain(transforms)

    def forward(self, x: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the noise z = f(x) and log |det df/dx|: (B, *event) -> (B, *event), (B,)."""
        return self.transform(x, c)

    def inverse(self, z: Tensor, c: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Return the data x = f^-1(z) and log |det df^-1/dz|: (B, *event) -> (B, *event), (B,)."""
        return self.transform.inverse(z, c)

    def log_prob(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return log p(x) in nats: (B, *event) -> (B,).

        Raises:
            TypeError, ValueError: x has a wrong shape or dtype, or holds a NaN or an infinity.
        """
        log_p = self._log_prob(x, c)
        check_finite(x)
        return log_p

    def loss(self, x: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the mean negative log-likelihood in nats an example, shape ()."""
        return -self._log_prob(x, c).mean()

    def sample(self, n: int, c: Tensor | None = None) -> Tensor:
        """Draw n examples, shape (n, *event); the i-th given c[i] where there is a condition."""
        check_count(n)
        with torch.no_grad():
            return self.inverse(self.base.sample(n), c)[0]

    def _log_prob(self, x: Tensor, c: Tensor | None) -> Tensor:
        z, log_det = self(x, c)
        return self.base.log_prob(z) + log_det
