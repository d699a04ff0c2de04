"""Layers that more than one family uses."""

from genbook.nn.masked_mlp import MaskedMLP
from genbook.nn.masks import MaskedLinear, made_masks

__all__ = ["MaskedLinear", "MaskedMLP", "made_masks"]
