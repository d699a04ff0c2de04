"""Normalizing flows: densities by change of variables."""

from genbook.flows.bijections import Additive, Affine, Bijection
from genbook.flows.coupling import Coupling
from genbook.flows.flow import Base, Flow
from genbook.flows.masked import MaskedAutoregressive
from genbook.flows.permutation import Permutation
from genbook.flows.planar import AmortisedPlanar, Planar
from genbook.flows.posterior import FlowEncoder, FlowPosterior
from genbook.flows.radial import Radial
from genbook.flows.spline import RationalQuadratic, spline_autoregressive, spline_coupling
from genbook.flows.sylvester import Sylvester
from genbook.flows.transform import Chain, Inverse

__all__ = [
    "Additive",
    "Affine",
    "AmortisedPlanar",
    "Base",
    "Bijection",
    "Chain",
    "Coupling",
    "Flow",
    "FlowEncoder",
    "FlowPosterior",
    "Inverse",
    "MaskedAutoregressive",
    "Permutation",
    "Planar",
    "Radial",
    "RationalQuadratic",
    "Sylvester",
    "spline_autoregressive",
    "spline_coupling",
]
