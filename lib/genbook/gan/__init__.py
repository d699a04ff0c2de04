"""Generative adversarial networks: a generator that learns from a critic, and the many games that they can play."""

from genbook.gan.coverage import Coverage, coverage
from genbook.gan.gan import GAN, Penalty
from genbook.gan.networks import MLPCritic
from genbook.gan.objectives import (
    Hinge,
    LeastSquares,
    Minimax,
    NonSaturating,
    Objective,
    Wasserstein,
    classification_loss,
)
from genbook.gan.penalties import R1, input_gradients

__all__ = [
    "GAN",
    "R1",
    "Coverage",
    "Hinge",
    "LeastSquares",
    "MLPCritic",
    "Minimax",
    "NonSaturating",
    "Objective",
    "Penalty",
    "Wasserstein",
    "classification_loss",
    "coverage",
    "input_gradients",
]
