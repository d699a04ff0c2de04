"""Layers that more than one family uses."""

from genbook.nn.masked_mlp import MaskedMLP
from genbook.nn.masks import MaskedLinear, made_masks
from genbook.nn.mlp import MLP
from genbook.nn.power_iteration import power_step
from genbook.nn.standard_normal import StandardNormal

__all__ = ["MLP", "MaskedLinear", "MaskedMLP", "StandardNormal", "made_masks", "power_step"]
