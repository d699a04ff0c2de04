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
        self.network, self.bijection, self.dim = network, bijection, len(kept)
        still, moved = kept.nonzero()[:, 0], (~kept).nonzero()[:, 0]
        self.register_buffer("still", still)
        self.register_buffer("moved", moved)
        self.register_buffer("back", torch.cat([still, moved]).argsort())
        self.blocks, self.still_first = _blocks(kept), bool(kept[0])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and log |det dz/dx|: (B, D, ...) -> (B, D, ...), (B,)."""
        return self._map(x, self.bijection.forward)

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return x and log |det dx/dz|; the part that stayed is known, so one pass of the network suffices."""
        return self._map(z, self.bijection.inverse)

    def _map(self, x: Tensor, g: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> tuple[Tensor, Tensor]:
        check_variables(x, self.dim)
        still, moved = self._split(x)
        params = self.network(still)
        params = params.reshape(len(x), -1, self.bijection.size, *params.shape[2:])
        if x.dim() > 2:
            params = params.movedim(2, -1)  # (B, M, ..., size)
        moved, log_scale = g(moved, params)
        return self._join(still, moved), log_scale.flatten(1).sum(1)

    def _split(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the part that stays and the part that moves; two blocks need views, and no copies."""
        if self.blocks is None:
            return x.index_select(1, self.still), x.index_select(1, self.moved)
        first, second = x.split_with_sizes(self.blocks, 1)
        return (first, second) if self.still_first else (second, first)

    def _join(self, still: Tensor, moved: Tensor) -> Tensor:
        """Undo `_split`."""
        if self.blocks is None:
            return torch.cat([still, moved], 1).index_select(1, self.back)
        return torch.cat([still, moved] if self.still_first else [moved, still], 1)


def _blocks(kept: Tensor) -> list[int] | None:
    """Return the sizes of the two parts where one lies wholly before the other, None where they are mixed."""
    changes = (kept[1:] != kept[:-1]).nonzero()[:, 0]
    return [int(changes[0]) + 1, len(kept) - int(changes[0]) - 1] if len(changes) == 1 else None
