"""Generative adversarial networks: a generator that learns from a critic, and the many games that they can play."""

from genbook.gan.batchwide import MinibatchFeatures, batch_norm_mlp
from genbook.gan.bigan import BiGAN, Coder, GaussianEncoder, PairCritic, joint_divergence
from genbook.gan.cgan import ACGAN, CGAN, AuxiliaryCritic, ConditionalGenerator, JoinedCritic, ProjectionCritic
from genbook.gan.clipping import clip_weights
from genbook.gan.coverage import Coverage, coverage
from genbook.gan.cyclegan import Couples, CycleGAN, ImagePool, PatchCritic, Translator
from genbook.gan.dcgan import DCGANCritic, DCGANFeatures, DCGANGenerator, convolution_matrix
from genbook.gan.dual_norms import dual_of_lp, dual_of_sobolev, euclidean
from genbook.gan.ebgan import EBGAN, AutoencoderEnergy, cosine_repulsion
from genbook.gan.f_divergence import (
    FGAN,
    JENSEN_SHANNON,
    KULLBACK_LEIBLER,
    PEARSON,
    REVERSE_KULLBACK_LEIBLER,
    SQUARED_HELLINGER,
    FDivergence,
    f_divergence,
    variational_bound,
)
from genbook.gan.feature_critic import ClassCritic, FeatureCritic
from genbook.gan.gan import GAN, Penalty
from genbook.gan.history import HistoricalAveraging, Past
from genbook.gan.improved import Examples, FeatureMatching, OneSidedSmoothing, Supervised
from genbook.gan.infogan import CodeCritic, Codes, InfoGAN
from genbook.gan.latent import attribute_direction, lerp, slerp
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
from genbook.gan.penalties import R1, GradientPenalty, LargestSlope, OneSidedPenalty, input_gradients, interpolates
from genbook.gan.spectral_norm import SpectralNorm, convolution_norm, spectrally_normalised
from genbook.gan.transport import (
    assignment_w1,
    c_transform,
    lagrangian,
    lipschitz_prices,
    quantile_w1,
    transport_plan,
    transport_prices,
)
from genbook.gan.unrolled import Unrolled

__all__ = [
    "ACGAN",
    "CGAN",
    "EBGAN",
    "FGAN",
    "GAN",
    "JENSEN_SHANNON",
    "KULLBACK_LEIBLER",
    "PEARSON",
    "R1",
    "REVERSE_KULLBACK_LEIBLER",
    "SQUARED_HELLINGER",
    "AutoencoderEnergy",
    "AuxiliaryCritic",
    "BiGAN",
    "ClassCritic",
    "CodeCritic",
    "Coder",
    "Codes",
    "ConditionalGenerator",
    "Couples",
    "Coverage",
    "CycleGAN",
    "DCGANCritic",
    "DCGANFeatures",
    "DCGANGenerator",
    "Examples",
    "FDivergence",
    "FeatureCritic",
    "FeatureMatching",
    "GaussianEncoder",
    "GradientPenalty",
    "Hinge",
    "HistoricalAveraging",
    "ImagePool",
    "InfoGAN",
    "JoinedCritic",
    "LargestSlope",
    "LeastSquares",
    "MLPCritic",
    "MinibatchFeatures",
    "Minimax",
    "NonSaturating",
    "Objective",
    "OneSidedPenalty",
    "OneSidedSmoothing",
    "PairCritic",
    "Past",
    "PatchCritic",
    "Penalty",
    "ProjectionCritic",
    "SpectralNorm",
    "Supervised",
    "Translator",
    "Unrolled",
    "Wasserstein",
    "assignment_w1",
    "attribute_direction",
    "batch_norm_mlp",
    "c_transform",
    "classification_loss",
    "clip_weights",
    "convolution_matrix",
    "convolution_norm",
    "cosine_repulsion",
    "coverage",
    "dual_of_lp",
    "dual_of_sobolev",
    "euclidean",
    "f_divergence",
    "input_gradients",
    "interpolates",
    "joint_divergence",
    "lagrangian",
    "lerp",
    "lipschitz_prices",
    "quantile_w1",
    "slerp",
    "spectrally_normalised",
    "transport_plan",
    "transport_prices",
    "variational_bound",
]
