"""Measurements of a trained model: likelihoods with their units, sample quality, and the baselines to beat."""

from genbook.evaluation.baselines import Histogram, RasterBigram, Uniform
from genbook.evaluation.classifiers import accuracy, digit_classifier, glyph_classifier
from genbook.evaluation.disentanglement import (
    DCI,
    code_information,
    dci,
    factor_entropies,
    forest_importance,
    mutual_information_gap,
)
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
from genbook.evaluation.frechet import frechet_bias, frechet_distance, frechet_gaussians, inception_score
from genbook.evaluation.kernel import kernel_distance
from genbook.evaluation.likelihood import nats, nats_of, per_example
from genbook.evaluation.neighbours import PrecisionRecall, precision_recall
from genbook.evaluation.pitch import pitch
from genbook.evaluation.quality import SampleQuality, sample_quality
from genbook.evaluation.seeds import Spread, mean_of_seeds

__all__ = [
    "DCI",
    "Estimate",
    "Histogram",
    "PrecisionRecall",
    "RasterBigram",
    "SampleQuality",
    "Spread",
    "Uniform",
    "accuracy",
    "bits_per_character",
    "bits_per_dim",
    "code_information",
    "dci",
    "digit_classifier",
    "factor_entropies",
    "forest_importance",
    "frechet_bias",
    "frechet_distance",
    "frechet_gaussians",
    "from_bits_per_character",
    "from_bits_per_dim",
    "from_perplexity",
    "glyph_classifier",
    "inception_score",
    "kernel_distance",
    "mean_of_seeds",
    "mutual_information_gap",
    "nats",
    "nats_of",
    "per_example",
    "perplexity",
    "pitch",
    "precision_recall",
    "rescaled",
    "sample_quality",
]
