"""Numerical tools without a model in them: seeding, quadrature, enumeration, Jacobians."""

from genbook.numerics.enumeration import all_states
from genbook.numerics.jacobian import jacobian, log_abs_det
from genbook.numerics.quadrature import grid, integrate
from genbook.numerics.seeding import seeded

__all__ = ["all_states", "grid", "integrate", "jacobian", "log_abs_det", "seeded"]
