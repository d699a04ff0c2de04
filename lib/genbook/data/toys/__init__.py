"""Two-dimensional densities whose truth is known: exact normalised `log_prob`, exact `sample`, a box to plot them in.

Every density here has
    log_prob(x): log-density in nats, x of shape (B, 2) -> (B,), differentiable in x;
    sample(n): independent draws, shape (n, 2), on the CPU, from torch's generator (see `numerics.seeded`);
    extent: (left, right, bottom, top), a box that holds at least 0.9999 of the mass, in matplotlib's order.
"""

from genbook.data.toys.bent import Banana, Funnel
from genbook.data.toys.checkerboard import Checkerboard
from genbook.data.toys.mixture import GaussianMixture
from genbook.data.toys.mixtures import eight_gaussians, grid_gaussians, two_moons, two_spirals
from genbook.data.toys.pinwheel import Pinwheel
from genbook.data.toys.rings import Rings

__all__ = [
    "Banana",
    "Checkerboard",
    "Funnel",
    "GaussianMixture",
    "Pinwheel",
    "Rings",
    "eight_gaussians",
    "grid_gaussians",
    "two_moons",
    "two_spirals",
]
