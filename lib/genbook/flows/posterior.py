"""A flow as the posterior of a variational autoencoder: a simple draw, bent by transforms whose volume is known."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor, nn

from genbook.flows.transform import check_transform
from genbook.protocols import Transform


class Draws(Protocol):
    """q(z | x) for every x of a batch, as something that draws: what an encoder returns."""

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n reparameterised draws z (n, B, K) for each x, and log q(z | x) in nats, shape (n, B)."""
        ...


class FlowPosterior:
    """q(z | x), where z = f^-1(z0) and z0 is a draw of a simpler posterior (Rezende & Mohamed 2015, eq. 6-7).

    As in the whole book `transform.inverse` goes from the simple side to the other one, so that must be its cheap
    direction, with a gradient: wrap a planar or a masked autoregressive layer in `Inverse`. `c` (B, C), one row an x,
    goes to a transform that takes a condition, as `transform.inverse(z0, c)`.

    >>> import torch
    >>> from genbook.flows import Permutation
    >>> class Uniform:
    ...     def draw(self, n):
    ...         return torch.rand(n, 4, 2), torch.zeros(n, 4)
    >>> z, log_q = FlowPosterior(Uniform(), Permutation(torch.tensor([1, 0]))).draw(3)
    >>> z.shape, log_q.shape
    (torch.Size([3, 4, 2]), torch.Size([3, 4]))
    """

    def __init__(self, posterior: Draws, transform: Transform, c: Tensor | None = None) -> None:
        """Join a posterior, the transform that bends its draws, and what the transform may know of x."""
        self.posterior, self.transform, self.c = posterior, transform, c

    def draw(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n draws z (n, B, K) for each x, and log q(z | x) = log q0(z0 | x) - log |det dz/dz0|, (n, B)."""
        z0, log_q = self.posterior.draw(n)  # (n, B, K), (n, B)
        flat = z0.flatten(0, 1)  # (n B, K)
        if self.c is None:
            z, log_det = self.transform.inverse(flat)
        else:
            rows = self.c.expand(n, *self.c.shape).flatten(0, 1)  # (n B, C)
            z, log_det = self.transform.inverse(flat, rows)
        return z.view_as(z0), log_q - log_det.view_as(log_q)


class FlowEncoder(nn.Module):
    """x -> q(z | x), the posterior of an encoder bent by a flow, as `VAE` takes it.

    Without `context` the transform is the same for every x. With it, `context(x)` (B, C) tells the transform about x.

    Raises:
        TypeError: the transform does not map both ways.
    """

    def __init__(
        self,
        encoder: Callable[[Tensor], Draws],
        transform: Transform,
        context: Callable[[Tensor], Tensor] | None = None,
    ) -> None:
        """Keep the encoder, the transform and the network that informs it."""
        super().__init__()
        check_transform(transform, "transform")
        self.encoder, self.transform, self.context = encoder, transform, context

    def forward(self, x: Tensor) -> FlowPosterior:
        """Return q(z | x) for every row of x."""
        return FlowPosterior(self.encoder(x), self.transform, None if self.context is None else self.context(x))
