"""NICE: additive couplings, which change no volume, and one scale for every variable at the end."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from genbook.checks import check_batch, check_count
from genbook.flows.bijections import Additive
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Base, Flow
from genbook.nn import MLP, StandardNormal


class DiagonalScale(nn.Module):
    """z = exp(log_scale) x, one learned scale a variable (Dinh et al. 2015, section 3.3).

    A large scale shrinks the range of data that this variable of the noise stands for: the scales sort the variables
    by how much they vary, as eigenvalues do.

    Raises:
        TypeError, ValueError: `dim` is not a whole number of at least 1.
    """

    def __init__(self, dim: int) -> None:
        """Begin as the identity."""
        super().__init__()
        check_count(dim, "dim")
        self.log_scale = nn.Parameter(torch.zeros(dim))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return z and the sum of the log scales: (B, D) -> (B, D), (B,)."""
        check_batch(x, self.log_scale.shape)
        return x * self.log_scale.exp(), self.log_scale.sum().expand(len(x))

    def inverse(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return exp(-log_scale) z and minus the sum of the log scales."""
        check_batch(z, self.log_scale.shape, "z")
        return z * (-self.log_scale).exp(), -self.log_scale.sum().expand(len(z))


def halves(dim: int, layer: int) -> Tensor:
    """Return which of `dim` variables layer number `layer` keeps, (D,) boolean: the first half, then the second.

    >>> halves(3, 0).tolist(), halves(3, 1).tolist()
    ([True, False, False], [False, True, True])
    """
    return (torch.arange(dim) < dim // 2) ^ bool(layer % 2)


def nice(dim: int, layers: int = 4, hidden: Sequence[int] = (64, 64), base: Base | None = None) -> Flow:
    """Return NICE over `dim` variables: additive couplings that keep one half and then the other, and a diagonal scale.

    `base` is a standard normal by default; `StandardLogistic(dim)`, with its bounded gradient far out, is the paper's
    other choice. Three couplings are the least with which every variable can depend on every other, four the paper's
    number (Dinh et al. 2015, sections 3.2 and 3.4).

    Raises:
        TypeError, ValueError: `dim` is below 2, or a size is not a whole number of at least 1.

    >>> nice(2).sample(3).shape
    torch.Size([3, 2])
    """
    check_sizes(dim, layers)
    couplings = []
    for layer in range(layers):
        kept = halves(dim, layer)
        network = MLP(int(kept.sum()), hidden, int((~kept).sum()), nn.ReLU)
        couplings.append(Coupling(kept, network, Additive()))
    return Flow(StandardNormal(dim) if base is None else base, [*couplings, DiagonalScale(dim)])


def check_sizes(dim: int, layers: int) -> None:
    """Raise unless a coupling flow over `dim` variables with so many layers can be built."""
    check_count(layers, "layers")
    check_count(dim, "dim")
    if dim < 2:
        raise ValueError(f"dim is {dim}, expected at least 2: one variable that stays, one that moves.")
