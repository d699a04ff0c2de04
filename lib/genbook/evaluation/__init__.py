"""Measurements of a trained model: likelihoods with their units, sample quality, and the baselines to beat."""

from genbook.evaluation.estimate import (
    Estimate,
    bits_per_character,
    bits_per_dim,
    from_bits_per_character,
    from_bits_per_dim,
    from_perplexity,
    perplexity,
    rescaled,
)
from genbook.evaluation.likelihood import nats, nats_of, per_example
from genbook.evaluation.seeds import Spread, mean_of_seeds

__all__ = [
    "Estimate",
    "Spread",
    "bits_per_character",
    "bits_per_dim",
    "from_bits_per_character",
    "from_bits_per_dim",
    "from_perplexity",
    "mean_of_seeds",
    "nats",
    "nats_of",
    "per_example",
    "perplexity",
    "rescaled",
]
