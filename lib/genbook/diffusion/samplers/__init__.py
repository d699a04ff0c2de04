"""Samplers: functions (denoiser, schedule, x, times) -> x that walk from noise to data."""

from genbook.diffusion.samplers.ancestral import ancestral, ddim
from genbook.diffusion.samplers.fast import dpm_solver_pp, heun, pndm
from genbook.diffusion.samplers.stochastic import annealed_langevin, euler_maruyama, predictor_corrector
from genbook.diffusion.samplers.walk import even_times, karras_times, transfer

__all__ = [
    "ancestral",
    "annealed_langevin",
    "ddim",
    "dpm_solver_pp",
    "euler_maruyama",
    "even_times",
    "heun",
    "karras_times",
    "pndm",
    "predictor_corrector",
    "transfer",
]
