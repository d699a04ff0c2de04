"""Energy-based models: p(x) proportional to exp(-E(x)), and how to train and sample without the constant."""

from genbook.ebm.ais import (
    LogZ,
    estimate_log_z,
    forward_log_weights,
    linear_schedule,
    raise_log_prob,
    reverse_log_weights,
    reverse_log_z,
    sigmoid_schedule,
)
from genbook.ebm.boltzmann import BoltzmannMachine, Marginal, mean_field, mean_field_bound
from genbook.ebm.contrastive import Persistent, contrastive_divergence
from genbook.ebm.denoising import denoising_score_loss
from genbook.ebm.exact import Enumerated, HiddenSum
from genbook.ebm.igebm import EnergyModel, Kernel, Replay
from genbook.ebm.nce import NoiseContrastive, nce_loss
from genbook.ebm.paths import GeometricPath, RBMPath
from genbook.ebm.rbm import RBM, block_gibbs
from genbook.ebm.short_run import ShortRun
from genbook.ebm.visible import BernoulliVisible, GaussianVisible

__all__ = [
    "RBM",
    "BernoulliVisible",
    "BoltzmannMachine",
    "EnergyModel",
    "Enumerated",
    "GaussianVisible",
    "GeometricPath",
    "HiddenSum",
    "Kernel",
    "LogZ",
    "Marginal",
    "NoiseContrastive",
    "Persistent",
    "RBMPath",
    "Replay",
    "ShortRun",
    "block_gibbs",
    "contrastive_divergence",
    "denoising_score_loss",
    "estimate_log_z",
    "forward_log_weights",
    "linear_schedule",
    "mean_field",
    "mean_field_bound",
    "nce_loss",
    "raise_log_prob",
    "reverse_log_weights",
    "reverse_log_z",
    "sigmoid_schedule",
]
