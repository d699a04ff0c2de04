"""What all families stand on: maximum likelihood, divergences, typical sets, and gradients of expectations."""

from genbook.foundations.divergence import kl_gaussians, kl_on_grid, mode_seeking_fit, moment_match
from genbook.foundations.gradient_variance import exact_variance, gradients_of_square_norm, variance_over_dimension
from genbook.foundations.gumbel_bias import exact_gradient, relaxed_gradient, sampled_gradient
from genbook.foundations.maximum_likelihood import (
    LearnedMixture,
    collapsing_mixture,
    expectation_maximisation,
    gaussian_fit,
    labelled_fit,
    weighted_fit,
)
from genbook.foundations.typicality import (
    Diluted,
    log_prob_at_mode,
    norm_log_prob,
    probability_of_norm_below,
    typical_log_prob,
)

__all__ = [
    "Diluted",
    "LearnedMixture",
    "collapsing_mixture",
    "exact_gradient",
    "exact_variance",
    "expectation_maximisation",
    "gaussian_fit",
    "gradients_of_square_norm",
    "kl_gaussians",
    "kl_on_grid",
    "labelled_fit",
    "log_prob_at_mode",
    "mode_seeking_fit",
    "moment_match",
    "norm_log_prob",
    "probability_of_norm_below",
    "relaxed_gradient",
    "sampled_gradient",
    "typical_log_prob",
    "variance_over_dimension",
    "weighted_fit",
]
