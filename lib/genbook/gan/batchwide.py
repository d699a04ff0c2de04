"""Bodies of critics that look at a whole batch, so that draws which are all alike give themselves away."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count


class MinibatchFeatures(nn.Module):
    """Append to each row how close the other rows are to it: (B, F) -> (B, F + kernels) (Salimans et al. 2016, 3.2).

    Each kernel b projects the features to `dim` numbers, M_b(x) = T_b f(x), and adds up the similarities
    o_b(x_i) = sum_{j != i} exp(-||M_b(x_i) - M_b(x_j)||_1), divided by the number of other rows, which keeps the
    feature in [0, 1] at any batch size. The paper's sum runs over all j, which adds the constant 1.

    Raises:
        TypeError, ValueError: a size is not a whole number of at least 1; when called: a batch has only one row.

    >>> layer = MinibatchFeatures(3, kernels=2)
    >>> layer(torch.ones(4, 3))[:, 3:]  # rows that are all alike
    tensor([[1., 1.],
            [1., 1.],
            [1., 1.],
            [1., 1.]], grad_fn=<SliceBackward0>)
    """

    def __init__(self, features: int, kernels: int = 16, dim: int = 4) -> None:
        """Draw the projections T, shape (features, kernels * dim)."""
        super().__init__()
        for name, size in {"features": features, "kernels": kernels, "dim": dim}.items():
            check_count(size, name)
        self.features, self.kernels, self.dim = features, kernels, dim
        self.projection = nn.Linear(features, kernels * dim, bias=False)

    def forward(self, f: Tensor) -> Tensor:
        """Return the features and the similarities beside them, shape (B, F + kernels)."""
        check_batch(f, (self.features,), "f")
        if len(f) == 1:
            raise ValueError("f holds one row, expected at least two: the layer compares the rows of a batch.")
        m = self.projection(f).unflatten(1, (self.kernels, self.dim)).transpose(0, 1)  # (kernels, B, dim)
        away = torch.cdist(m, m, p=1.0)  # (kernels, B, B)
        similar = ((-away).exp().sum(2) - 1) / (len(f) - 1)  # (kernels, B), without the row itself
        return torch.cat([f, similar.T], 1)


def batch_norm_mlp(inputs: int, hidden: Sequence[int]) -> nn.Sequential:
    """Return an MLP (B, *event) -> (B, hidden[-1]) of LeakyReLU layers, batch-normalised but for the first.

    In training mode every row is measured against the mean and the width of its batch (Ioffe and Szegedy 2015), real
    and generated batches each against their own. The first layer stays free, as in Radford et al. (2016).

    Raises:
        TypeError, ValueError: a width is not a whole number of at least 1, or `hidden` is empty.
    """
    check_count(len(hidden), "the number of hidden layers")
    for size in (inputs, *hidden):
        check_count(size, "a width")
    layers: list[nn.Module] = [nn.Flatten(), nn.Linear(inputs, hidden[0]), nn.LeakyReLU()]
    for before, after in pairwise(hidden):
        layers += [nn.Linear(before, after), nn.BatchNorm1d(after), nn.LeakyReLU()]
    return nn.Sequential(*layers)
