"""Variational autoencoders and their relatives: latent variables, the bound, and what it may hide."""

from genbook.nn import StandardNormal
from genbook.vae.autoencoder import (
    Autoencoder,
    GaussianNoise,
    Masking,
    cross_entropy,
    squared_error,
    wiener_filter,
)
from genbook.vae.beta_vae import RateDistortion, beta_loss, rate_distortion, rotated
from genbook.vae.code_networks import GridDecoder, GridEncoder
from genbook.vae.conditions import Classes, Condition, Pixels
from genbook.vae.cvae import CVAE, ConditionalDecoder, ConditionalEncoder, ConditionalNormal, Unconditional
from genbook.vae.decoder import Factorized, FactorizedDecoder
from genbook.vae.divergence import gaussian_kl, kl_per_latent, monte_carlo_kl
from genbook.vae.gaussian import DiagonalGaussian, GaussianEncoder
from genbook.vae.linear import LinearDecoder, LinearEncoder
from genbook.vae.networks import ImageDecoder, ImageEncoder
from genbook.vae.parts import Decoder, Likelihood, Posterior, Prior
from genbook.vae.ppca import PPCA, em_step, lengths, spectrum
from genbook.vae.priors import MixtureOfGaussians, VampPrior
from genbook.vae.vae import VAE, Terms
from genbook.vae.vector_quantiser import EMAQuantiser, Quantised, Quantiser, VectorQuantiser, codebook_perplexity
from genbook.vae.vq_vae import VQVAE, UniformCodes

__all__ = [
    "CVAE",
    "PPCA",
    "VAE",
    "VQVAE",
    "Autoencoder",
    "Classes",
    "Condition",
    "ConditionalDecoder",
    "ConditionalEncoder",
    "ConditionalNormal",
    "Decoder",
    "DiagonalGaussian",
    "EMAQuantiser",
    "Factorized",
    "FactorizedDecoder",
    "GaussianEncoder",
    "GaussianNoise",
    "GridDecoder",
    "GridEncoder",
    "ImageDecoder",
    "ImageEncoder",
    "Likelihood",
    "LinearDecoder",
    "LinearEncoder",
    "Masking",
    "MixtureOfGaussians",
    "Pixels",
    "Posterior",
    "Prior",
    "Quantised",
    "Quantiser",
    "RateDistortion",
    "StandardNormal",
    "Terms",
    "Unconditional",
    "UniformCodes",
    "VampPrior",
    "VectorQuantiser",
    "beta_loss",
    "codebook_perplexity",
    "cross_entropy",
    "em_step",
    "gaussian_kl",
    "kl_per_latent",
    "lengths",
    "monte_carlo_kl",
    "rate_distortion",
    "rotated",
    "spectrum",
    "squared_error",
    "wiener_filter",
]
