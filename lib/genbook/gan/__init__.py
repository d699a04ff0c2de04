"""Generative adversarial networks: a generator that learns from a critic, and the many games that they can play."""

from genbook.gan.gan import GAN, Penalty
from genbook.gan.networks import MLPCritic
from genbook.gan.objectives import Minimax, NonSaturating, Objective, classification_loss

__all__ = ["GAN", "MLPCritic", "Minimax", "NonSaturating", "Objective", "Penalty", "classification_loss"]
