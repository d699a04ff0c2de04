"""Autoregressive models: the chain rule of probability, with a network for every conditional."""

from genbook.autoregressive.made import MADE
from genbook.autoregressive.orderings import OrderingEnsemble

__all__ = ["MADE", "OrderingEnsemble"]
