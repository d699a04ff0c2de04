"""Normalizing flows: densities by change of variables."""

from genbook.flows.attributes import attribute_direction
from genbook.flows.bijections import Additive, Affine, Bijection
from genbook.flows.cdf_flow import LogisticMixtureCDF, StandardLogistic, cdf_flow
from genbook.flows.conv_network import ConvNetwork
from genbook.flows.coupling import Coupling
from genbook.flows.dequantisation import Dequantised, UniformNoise, VariationalNoise, variational_noise
from genbook.flows.elementwise import Elementwise
from genbook.flows.ffjord import ContinuousFlow, Velocity
from genbook.flows.flow import Base, Flow
from genbook.flows.gated import Gated
from genbook.flows.glow import InvertibleConv, glow, glow_step
from genbook.flows.householder import Householder, random_rotation
from genbook.flows.iaf import iaf, iaf_transform
from genbook.flows.images import MaskedCoupling, Squeeze, Squeezed, checkerboard
from genbook.flows.input_maps import HistogramCDF, Logit, NormalQuantile
from genbook.flows.linear_flow import PLU, Dense, Triangular, whitening_flow
from genbook.flows.lipschitz import LipschitzMLP, LipSwish, SpectralLinear
from genbook.flows.log_det_series import Roulette, Truncated
from genbook.flows.maf import alternating_orders, maf
from genbook.flows.masked import MaskedAutoregressive
from genbook.flows.multiscale import FactorOut
from genbook.flows.nice import DiagonalScale, halves, nice
from genbook.flows.normalisation import ActNorm, BatchNorm, start_from_data
from genbook.flows.permutation import Permutation
from genbook.flows.planar import AmortisedPlanar, Planar
from genbook.flows.posterior import FlowEncoder, FlowPosterior
from genbook.flows.radial import Radial
from genbook.flows.realnvp import realnvp, realnvp_images
from genbook.flows.recurrent import RecurrentConditioner
from genbook.flows.residual_flow import Residual, ResidualFlow
from genbook.flows.spline import RationalQuadratic, spline_autoregressive, spline_coupling
from genbook.flows.sylvester import Sylvester
from genbook.flows.transform import Chain, Inverse
from genbook.numerics.trace import basis, gaussian, rademacher, trace_estimate

__all__ = [
    "PLU",
    "ActNorm",
    "Additive",
    "Affine",
    "AmortisedPlanar",
    "Base",
    "BatchNorm",
    "Bijection",
    "Chain",
    "ContinuousFlow",
    "ConvNetwork",
    "Coupling",
    "Dense",
    "Dequantised",
    "DiagonalScale",
    "Elementwise",
    "FactorOut",
    "Flow",
    "FlowEncoder",
    "FlowPosterior",
    "Gated",
    "HistogramCDF",
    "Householder",
    "Inverse",
    "InvertibleConv",
    "LipSwish",
    "LipschitzMLP",
    "LogisticMixtureCDF",
    "Logit",
    "MaskedAutoregressive",
    "MaskedCoupling",
    "NormalQuantile",
    "Permutation",
    "Planar",
    "Radial",
    "RationalQuadratic",
    "RecurrentConditioner",
    "Residual",
    "ResidualFlow",
    "Roulette",
    "SpectralLinear",
    "Squeeze",
    "Squeezed",
    "StandardLogistic",
    "Sylvester",
    "Triangular",
    "Truncated",
    "UniformNoise",
    "VariationalNoise",
    "Velocity",
    "alternating_orders",
    "attribute_direction",
    "basis",
    "cdf_flow",
    "checkerboard",
    "gaussian",
    "glow",
    "glow_step",
    "halves",
    "iaf",
    "iaf_transform",
    "maf",
    "nice",
    "rademacher",
    "random_rotation",
    "realnvp",
    "realnvp_images",
    "spline_autoregressive",
    "spline_coupling",
    "start_from_data",
    "trace_estimate",
    "variational_noise",
    "whitening_flow",
]
