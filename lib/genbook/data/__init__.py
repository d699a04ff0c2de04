"""Data that every page can load offline, and the usual downloads.

Loaders return tensors on the CPU; `.to(device)` moves a whole small set to where it is used.
"""

from genbook.data import toys
from genbook.data.batches import batches
from genbook.data.digits import digits
from genbook.data.labelled import Labelled, Splits

__all__ = ["Labelled", "Splits", "batches", "digits", "toys"]
