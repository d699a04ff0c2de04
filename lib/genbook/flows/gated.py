"""The gated update of inverse autoregressive flows."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid


@dataclass(frozen=True)
class Gated:
    """z = s x + (1 - s) m, a gate between keeping x and writing m, as in an LSTM (Kingma et al. 2016, eq. 14).

    params (..., 2) hold m and a raw gate, s = sigmoid(raw + bias). The slope s lies between 0 and 1, so nothing can
    overflow. Unlike the other bijections it begins near the identity, not at it: with zeros z = sigmoid(bias) x.

    >>> z, log_scale = Gated().forward(torch.ones(1), torch.tensor([[3.0, -2.0]]))
    >>> z, log_scale.exp()
    (tensor([2.]), tensor([0.5000]))
    """

    bias: float = 2.0
    size: ClassVar[int] = 2

    def forward(self, x: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return s x + (1 - s) m, and log s."""
        m, gate = self._split(params)
        return torch.lerp(m, x, gate.sigmoid()), logsigmoid(gate)

    def inverse(self, z: Tensor, params: Tensor) -> tuple[Tensor, Tensor]:
        """Return (z - (1 - s) m) / s, and -log s; 1 / s - 1 = exp(-gate)."""
        m, gate = self._split(params)
        return z + (z - m) * (-gate).exp(), -logsigmoid(gate)

    def _split(self, params: Tensor) -> tuple[Tensor, Tensor]:
        m, raw = params.movedim(-1, 0).unbind(0)
        return m, raw + self.bias
