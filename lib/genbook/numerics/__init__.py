"""Numerical tools without a model in them: seeding, quadrature, Jacobians, gradients, differential equations.

Markov chains are in `genbook.numerics.mcmc`.
"""

from genbook.numerics.adaptive import dormand_prince, dormand_prince_at
from genbook.numerics.adjoint import Adjoint
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
from genbook.numerics.ode import Counted, Field, Solver, euler, rk4
from genbook.numerics.quadrature import grid, integrate
from genbook.numerics.seeding import seeded
from genbook.numerics.subspaces import principal_angles

__all__ = [
    "Adjoint",
    "Counted",
    "Field",
    "Solver",
    "all_states",
    "concrete_log_prob",
    "control_coefficient",
    "dequantise",
    "dequantised_log_prob",
    "dormand_prince",
    "dormand_prince_at",
    "euler",
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
    "rk4",
    "score_function_gradients",
    "scores",
    "seeded",
    "straight_through",
    "uniform_log_prob",
]
