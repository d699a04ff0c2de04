"""Training: loops, callbacks, checkpoints, weights, budgets."""

from genbook.training.adversarial import Player, fit_adversarial
from genbook.training.budget import budget, device, tier
from genbook.training.callbacks import ClipGradient, Schedule
from genbook.training.checkpoint import Checkpoint
from genbook.training.ema import EMA
from genbook.training.fit import fit
from genbook.training.history import History
from genbook.training.precision import autocast
from genbook.training.run import Run
from genbook.training.validate import Validate
from genbook.training.weights import cached, load_weights, save_weights, shipped, train_or_load

__all__ = [
    "EMA",
    "Checkpoint",
    "ClipGradient",
    "History",
    "Player",
    "Run",
    "Schedule",
    "Validate",
    "autocast",
    "budget",
    "cached",
    "device",
    "fit",
    "fit_adversarial",
    "load_weights",
    "save_weights",
    "shipped",
    "tier",
    "train_or_load",
]
