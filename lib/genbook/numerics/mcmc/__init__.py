"""Markov chains that sample an energy, one file a kernel: B chains run side by side, no graph grows behind them.

Every kernel takes an energy (B, *event) -> (B,), starts from x (B, *event) and returns where the chains end; memory
does not grow with the steps. A function `record`, where it is given, is shown the state after every step.
"""

from genbook.numerics.mcmc.diagnostics import (
    autocorrelation,
    autocovariance,
    effective_sample_size,
    rank_normalised,
    split_r_hat,
)
from genbook.numerics.mcmc.finite import gibbs_matrix, imbalance, metropolis_matrix, second_eigenvalue, stationary
from genbook.numerics.mcmc.gibbs import Block, bit_blocks, bit_logit, gibbs
from genbook.numerics.mcmc.hmc import hmc, leapfrog, total_energy
from genbook.numerics.mcmc.langevin import langevin, langevin_step
from genbook.numerics.mcmc.mala import log_q_langevin, mala, mala_log_ratio
from genbook.numerics.mcmc.metropolis import Propose, acceptance, independent, metropolis_hastings, random_walk
from genbook.numerics.mcmc.point import Energy, Point, Record, at

__all__ = [
    "Block",
    "Energy",
    "Point",
    "Propose",
    "Record",
    "acceptance",
    "at",
    "autocorrelation",
    "autocovariance",
    "bit_blocks",
    "bit_logit",
    "effective_sample_size",
    "gibbs",
    "gibbs_matrix",
    "hmc",
    "imbalance",
    "independent",
    "langevin",
    "langevin_step",
    "leapfrog",
    "log_q_langevin",
    "mala",
    "mala_log_ratio",
    "metropolis_hastings",
    "metropolis_matrix",
    "random_walk",
    "rank_normalised",
    "second_eigenvalue",
    "split_r_hat",
    "stationary",
    "total_energy",
]
