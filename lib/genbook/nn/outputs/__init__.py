"""Distributions over one variable, each indexed by a row of raw network outputs."""

from genbook.nn.outputs.bernoulli import Bernoulli
from genbook.nn.outputs.categorical import Categorical
from genbook.nn.outputs.discretized_logistic import DiscretizedLogisticMixture
from genbook.nn.outputs.gaussian import Gaussian
from genbook.nn.outputs.gaussian_mixture import GaussianMixture
from genbook.nn.outputs.output import Output

__all__ = ["Bernoulli", "Categorical", "DiscretizedLogisticMixture", "Gaussian", "GaussianMixture", "Output"]
