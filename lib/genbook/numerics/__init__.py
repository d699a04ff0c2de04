"""Numerical tools without a model in them: seeding, quadrature, enumeration, Jacobians, gradients of expectations.

Markov chains are in `genbook.numerics.mcmc`.
"""

from genbook.numerics.dequantisation import dequantise, dequantised_log_prob, uniform_log_prob
from genbook.numerics.enumeration import all_states
from genbook.numerics.gradients import (
    control_coefficient,
    leave_one_out,
    optimal_baseline,
    pathwise_gradients,
    score_function_gradients,
    scores,
)
from genbook.numerics.gumbel import concrete_log_prob, gumbel, gumbel_max, gumbel_softmax, straight_through
from genbook.numerics.jacobian import jacobian, log_abs_det
from genbook.numerics.modes import evaluating
from genbook.numerics.quadrature import grid, integrate
from genbook.numerics.seeding import seeded
from genbook.numerics.subspaces import principal_angles

__all__ = [
    "all_states",
    "concrete_log_prob",
    "control_coefficient",
    "dequantise",
    "dequantised_log_prob",
    "evaluating",
    "grid",
    "gumbel",
    "gumbel_max",
    "gumbel_softmax",
    "integrate",
    "jacobian",
    "leave_one_out",
    "log_abs_det",
    "optimal_baseline",
    "pathwise_gradients",
    "principal_angles",
    "score_function_gradients",
    "scores",
    "seeded",
    "straight_through",
    "uniform_log_prob",
]
