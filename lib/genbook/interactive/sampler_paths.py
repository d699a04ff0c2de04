"""The live figure of the paths that samplers take as a widget."""

from genbook.interactive.widgets import LiveFigure, _figure

SAMPLERS = ("ddim", "heun", "dpm")


def sampler_paths(sampler: str = "ddim", steps: int = 10, eta: float = 0.0, seed: int = 1) -> LiveFigure:
    """Return the figure of paths from noise to a mixture on the line, with the histogram of their ends.

    Samplers are "ddim" (with `eta` from 0 to 1), "heun" and "dpm", in 2 to 60 steps; everything can be changed in the
    figure. `seed` starts the fresh noise.

    Raises:
        ValueError: an unknown name, or a number outside what the figure shows.
    """
    if sampler not in SAMPLERS:
        raise ValueError(f"sampler is {sampler!r}, expected one of {', '.join(SAMPLERS)}.")
    if steps not in range(2, 61) or not 0 <= eta <= 1 or seed not in range(2**32):
        raise ValueError(
            f"steps, eta and seed are {steps}, {eta} and {seed}, expected 2 to 60, 0 to 1 and a whole number from 0."
        )
    return _figure("sampler-paths", {"sampler": sampler, "steps": steps, "eta": eta, "seed": seed})
