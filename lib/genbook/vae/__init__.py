"""Variational autoencoders and their relatives: latent variables, the bound, and what it may hide."""

from genbook.vae.decoder import Factorized, FactorizedDecoder
from genbook.vae.divergence import gaussian_kl, kl_per_latent, monte_carlo_kl
from genbook.vae.gaussian import DiagonalGaussian, GaussianEncoder, StandardNormal
from genbook.vae.networks import ImageDecoder, ImageEncoder
from genbook.vae.parts import Decoder, Likelihood, Posterior, Prior
from genbook.vae.priors import MixtureOfGaussians, VampPrior
from genbook.vae.vae import VAE, Terms

__all__ = [
    "VAE",
    "Decoder",
    "DiagonalGaussian",
    "Factorized",
    "FactorizedDecoder",
    "GaussianEncoder",
    "ImageDecoder",
    "ImageEncoder",
    "Likelihood",
    "MixtureOfGaussians",
    "Posterior",
    "Prior",
    "StandardNormal",
    "Terms",
    "VampPrior",
    "gaussian_kl",
    "kl_per_latent",
    "monte_carlo_kl",
]
