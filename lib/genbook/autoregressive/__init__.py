"""Autoregressive models: the chain rule of probability, with a network for every conditional."""

from genbook.autoregressive.made import MADE
from genbook.autoregressive.nade import NADE
from genbook.autoregressive.orderings import OrderingEnsemble
from genbook.autoregressive.rnade import RNADE

__all__ = ["MADE", "NADE", "RNADE", "OrderingEnsemble"]
