"""Autoregressive models: the chain rule of probability, with a network for every conditional."""

from genbook.autoregressive.gated_pixelcnn import GatedStacks
from genbook.autoregressive.made import MADE
from genbook.autoregressive.masked_stack import MaskedStack
from genbook.autoregressive.nade import NADE
from genbook.autoregressive.orderings import OrderingEnsemble
from genbook.autoregressive.pixel_code import Thermometer
from genbook.autoregressive.pixel_output import ChannelLogisticMixture
from genbook.autoregressive.pixelcnn import PixelCNN
from genbook.autoregressive.pixelcnnpp import DownUpStreams
from genbook.autoregressive.receptive_field import reach
from genbook.autoregressive.rnade import RNADE

__all__ = [
    "MADE",
    "NADE",
    "RNADE",
    "ChannelLogisticMixture",
    "DownUpStreams",
    "GatedStacks",
    "MaskedStack",
    "OrderingEnsemble",
    "PixelCNN",
    "Thermometer",
    "reach",
]
