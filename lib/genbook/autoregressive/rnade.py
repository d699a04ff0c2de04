"""RNADE: NADE for real-valued variables."""

from typing import ClassVar

import torch
from torch import Tensor, nn

from genbook.autoregressive.nade import NADE
from genbook.autoregressive.prefix_units import RELU, Unit
from genbook.nn.outputs import GaussianMixture


class RNADE(NADE):
    """A NADE whose conditionals are mixtures of Gaussians and whose units are rectified (Uria et al. 2013).

    Each position rescales the shared activation by a free factor rho_d before the rectifier, since the sum inside it
    grows with d. Standardise the data first.

    >>> model = RNADE(dim=2, hidden=8, components=3)
    >>> model.log_prob(torch.zeros(4, 2)).shape
    torch.Size([4])
    """

    unit: ClassVar[Unit] = RELU

    def __init__(self, dim: int, hidden: int, components: int, ordering: Tensor | None = None) -> None:
        """Start from factors rho_d of one and from means that differ between the components."""
        super().__init__(dim, hidden, GaussianMixture(components), ordering)
        self.rho = nn.Parameter(torch.ones(dim))
        with torch.no_grad():
            self.b[:, components : 2 * components] = torch.linspace(-1, 1, components)
