"""Coupling: one part of the variables stays, and tells how the other part moves."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from genbook.flows.bijections import Bijection
from genbook.flows.transform import check_variables


class Coupling(nn.Module):
    """z_kept = x_kept and z_moved = g(x_moved; network(x_kept)) with a bijection g (Dinh et al. 2015, 2017).

    `kept` (D,) is boolean and splits the first axis after the batch: variables of a vector, or channels of an image.
    `network` maps (B, K, ...) to (B, M * bijection.size, ...), the parameters of one variable side by side. The
    Jacobian is triangular whatever the network does, so the network need not be invertible.

    Raises:
        TypeError, ValueError: `kept` is not a boolean vector, or keeps all or none.

    >>> from genbook.flows import Affine
    >>> from genbook.nn import MLP
    >>> layer = Coupling(torch.tensor([True, False]), MLP(1, (8,), 2), Affine())
    >>> x = torch.randn(4, 2)
    >>> z, log_det = layer(x)
    >>> torch.allclose(layer.inverse(z)[0], x, atol=1e-5)
    True
    """

    def __init__(self, kept: Tensor, network: Callable[[Tensor], Tensor], bijection: Bijection) -> None:
        """Keep the places of both parts, the network and the bijection."""
        super().__init__()
        if not isinstance(kept, Tensor) or kept.dtype != torch.bool or kept.dim() != 1:
            raise TypeError("kept is not a boolean vector, expected one truth value a variable or channel.")
        if kept.all() or not kept.any():
            raise ValueError(f"kept is {kept.tolist()}, expected at least one variable that stays and one that moves.")
        self.network, self.bijection = network, bijection
        self.register_buffer("still", kept.nonzero()[:, 0])
        self.register_buffer("moved", (~kept).nonzero()[:, 0])
        self.register_buffer("back", torch.cat([self.still, self.moved]).argsort())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, D, ...) -> (B, D, ...), (B,)."""
        return self._map(x, self.bijection.forward)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|; the part that stayed is known, so one pass of the network suffices."""
        return self._map(z, self.bijection.inverse)

    def _map(self, x: Tensor, g: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        check_variables(x, len(self.back))
        still, moved = x.index_select(1, self.still), x.index_select(1, self.moved)
        params = self.network(still).unflatten(1, (-1, self.bijection.size)).movedim(2, -1)  # (B, M, ..., size)
        moved, log_scale = g(moved, params)
        out = torch.cat([still, moved], 1).index_select(1, self.back)
        return out, log_scale.flatten(1).sum(1)
