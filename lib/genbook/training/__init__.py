"""Training: loops, callbacks, checkpoints, weights, budgets."""

from genbook.training.budget import budget, device, tier
from genbook.training.callbacks import ClipGradient, Schedule
from genbook.training.ema import EMA
from genbook.training.fit import fit
from genbook.training.history import History
from genbook.training.run import Run

__all__ = ["EMA", "ClipGradient", "History", "Run", "Schedule", "budget", "device", "fit", "tier"]
