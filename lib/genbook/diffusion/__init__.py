"""Diffusion and score models: noise is added step by step, and a network learns to take it away."""

from genbook.diffusion.continuous import ContinuousDiffusion, FourierFeatures, LinearLogSNR, low_discrepancy
from genbook.diffusion.ddpm import DDPM, denoising_loss
from genbook.diffusion.dense import DenseNetwork
from genbook.diffusion.folded import Folded
from genbook.diffusion.guidance import ClassifierFree, ClassifierGuided
from genbook.diffusion.ideal import IdealDenoiser
from genbook.diffusion.improved import LearnedVariance, LossAwareTimes, hybrid_loss
from genbook.diffusion.kernels import Kernel, q_xs_xt_x0, q_xt_x0, q_xt_xs
from genbook.diffusion.likelihood import log_prob_ode
from genbook.diffusion.ncsn import ConditionalScore, geometric_sigmas, noise_conditional_loss
from genbook.diffusion.prediction import (
    Clipped,
    Data,
    Denoiser,
    Epsilon,
    NetworkDenoiser,
    Parametrisation,
    Prediction,
    Score,
    Velocity,
)
from genbook.diffusion.samplers import (
    ancestral,
    annealed_langevin,
    ddim,
    dpm_solver_pp,
    euler_maruyama,
    even_times,
    heun,
    karras_times,
    pndm,
    predictor_corrector,
)
from genbook.diffusion.schedule import (
    Cosine,
    Discrete,
    Level,
    NoiseAsTime,
    Schedule,
    SubVariancePreserving,
    VarianceExploding,
    VariancePreserving,
    cosine_betas,
    levels,
    linear_betas,
    log_snr,
)
from genbook.diffusion.score_matching import denoising_score_loss, explicit_score_loss, sliced_score_loss
from genbook.diffusion.sde import coefficients, probability_flow
from genbook.diffusion.unet import UNet

__all__ = [
    "DDPM",
    "ClassifierFree",
    "ClassifierGuided",
    "Clipped",
    "ConditionalScore",
    "ContinuousDiffusion",
    "Cosine",
    "Data",
    "Denoiser",
    "DenseNetwork",
    "Discrete",
    "Epsilon",
    "Folded",
    "FourierFeatures",
    "IdealDenoiser",
    "Kernel",
    "LearnedVariance",
    "Level",
    "LinearLogSNR",
    "LossAwareTimes",
    "NetworkDenoiser",
    "NoiseAsTime",
    "Parametrisation",
    "Prediction",
    "Schedule",
    "Score",
    "SubVariancePreserving",
    "UNet",
    "VarianceExploding",
    "VariancePreserving",
    "Velocity",
    "ancestral",
    "annealed_langevin",
    "coefficients",
    "cosine_betas",
    "ddim",
    "denoising_loss",
    "denoising_score_loss",
    "dpm_solver_pp",
    "euler_maruyama",
    "even_times",
    "explicit_score_loss",
    "geometric_sigmas",
    "heun",
    "hybrid_loss",
    "karras_times",
    "levels",
    "linear_betas",
    "log_prob_ode",
    "log_snr",
    "low_discrepancy",
    "noise_conditional_loss",
    "pndm",
    "predictor_corrector",
    "probability_flow",
    "q_xs_xt_x0",
    "q_xt_x0",
    "q_xt_xs",
    "sliced_score_loss",
]
