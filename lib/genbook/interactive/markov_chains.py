"""The live figure of Markov chains on a landscape with two valleys, for notebooks."""

from genbook.checks import check_seed
from genbook.interactive.widgets import LiveFigure, _figure

KERNELS = ("langevin", "mala", "metropolis", "hmc", "gibbs")


def markov_chains(kernel: str = "langevin", size: float = 0.1, distance: float = 3.5, seed: int = 1) -> LiveFigure:
    """Return the figure in which three chains walk between two valleys, beside what the diagnostics say of them.

    It starts with the sampler `kernel` ("langevin", "mala", "metropolis", "hmc" or "gibbs"), a step of `size` (0.01 to
    10) and valleys at `distance` from the middle (1.5 to 4). Everything can be changed in the figure.

    Raises:
        TypeError, ValueError: a value lies outside what the figure shows.
    """
    check_seed(seed)
    if kernel not in KERNELS or not (0.01 <= size <= 10 and 1.5 <= distance <= 4):
        raise ValueError(
            f"kernel, size and distance are {kernel!r}, {size} and {distance}, expected one of {', '.join(KERNELS)}, "
            "0.01 to 10 and 1.5 to 4."
        )
    return _figure("chains", {"kernel": kernel, "size": size, "distance": distance, "seed": seed})
