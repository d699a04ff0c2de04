"""What a variational autoencoder asks of its parts: whatever keeps these promises joins without a new class."""

from typing import Protocol, runtime_checkable

from torch import Tensor

from genbook.protocols import HasLogProb, HasSample, Measure


@runtime_checkable
class Posterior(Protocol):
    """q(z | x) for every x of a batch: what an encoder returns.

    `draw` gives the density of its own draws, so that a flow that is cheap in one direction only can keep the promise.
    """

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n reparameterised draws z (n, B, K) for each x, and log q(z | x) in nats, shape (n, B)."""
        ...


@runtime_checkable
class Likelihood(Protocol):
    """p(x | z) for every z of a batch: what a decoder returns."""

    def log_prob(self, x: Tensor) -> Tensor:
        """Return log p(x | z) in nats, the n-th x under the n-th z: (N, *shape) -> (N,)."""
        ...

    def sample(self) -> Tensor:
        """Draw one x for each z, shape (N, *shape)."""
        ...


@runtime_checkable
class Prior(HasLogProb, HasSample, Protocol):
    """p(z), a normalised density over vectors (B, K) that can be sampled: a mixture, a flow, a MADE, ..."""

    measure: Measure


class Decoder(Protocol):
    """Latents to distributions over x of shape `shape`."""

    shape: tuple[int, ...]

    def __call__(self, z: Tensor) -> Likelihood:
        """Return p(x | z) for every row of z (N, K)."""
        ...

    def check(self, x: Tensor) -> None:
        """Raise ValueError unless every entry of x is a value that p(x | z) can produce."""
        ...
