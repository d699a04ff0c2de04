"""A fully connected network that sees the noisy data, the time and the class: enough for small images."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from genbook.checks import check_batch, check_count
from genbook.diffusion.unet import sinusoids
from genbook.nn import MLP


class DenseNetwork(nn.Module):
    """(x_t, t, c) -> output: x_t (B, dim), times t (B,) in [0, 1] and classes c (B,) to (B, dim).

    An MLP sees x_t, `frequencies` cosines and as many sines of 1000 t, and the class as a one-hot row. The row is zero
    where c equals `classes`, and everywhere without c: there the output is that for an unknown class.

    Raises:
        TypeError, ValueError: sizes, x, t or c do not fit.

    >>> network = DenseNetwork(4, classes=3, hidden=(8,))
    >>> x, t = torch.zeros(2, 4), torch.full((2,), 0.5)
    >>> torch.equal(network(x, t), network(x, t, torch.tensor([3, 3])))
    True
    """

    def __init__(
        self, dim: int, classes: int, hidden: Sequence[int], frequencies: int = 16, dropout: float = 0.0
    ) -> None:
        """Draw the weights."""
        super().__init__()
        for name, size in {"dim": dim, "classes": classes, "frequencies": frequencies}.items():
            check_count(size, name)
        self.dim, self.classes, self.frequencies = dim, classes, frequencies
        self.mlp = MLP(dim + 2 * frequencies + classes, hidden, dim, dropout=dropout)

    def forward(self, x: Tensor, t: Tensor, c: Tensor | None = None) -> Tensor:
        """Return the output of every row."""
        check_batch(x, (self.dim,))
        known = torch.full((len(x),), self.classes, device=x.device) if c is None else c
        if (
            known.shape != x.shape[:1]
            or known.is_floating_point()
            or not bool(((known >= 0) & (known <= self.classes)).all())
        ):
            raise ValueError(
                f"c is {known}, expected {len(x)} whole numbers from 0 to {self.classes}, which says unknown."
            )
        rows = one_hot(known, self.classes + 1)[:, : self.classes].to(x)  # (B, classes)
        return self.mlp(torch.cat([x, sinusoids(1000 * t.to(x), 2 * self.frequencies), rows], 1))
