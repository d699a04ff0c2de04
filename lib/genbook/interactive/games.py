"""The two live figures about the adversarial game as widgets: its divergences, and its orbits."""

from genbook.interactive.widgets import LiveFigure, _figure

GAMES = ("xy", "minimax", "nonSaturating")
METHODS = ("simultaneous", "alternating", "extragradient", "optimistic", "consensus")


def gan_divergences(mean: float = 6.0, scale: float = 0.5, width: float = 0.5) -> LiveFigure:
    """Return the figure of the best critic between p = N(0, width^2) and a generator q that can be dragged.

    q starts at `mean` with standard deviation `scale`; shown are the Jensen-Shannon divergence, W1, and the slopes of
    minimax, non-saturating loss and W1 by the mean of q.

    Raises:
        ValueError: a number lies outside what the figure shows.
    """
    if not (abs(mean) <= 7.5 and 0.2 <= scale <= 2.5 and 0.2 <= width <= 2):
        raise ValueError(
            f"mean, scale and width are {mean}, {scale} and {width}, expected -7.5 to 7.5, 0.2 to 2.5 and 0.2 to 2."
        )
    return _figure("gan-divergences", {"mean": mean, "scale": scale, "width": width})


def game_orbits(game: str = "xy", method: str = "alternating", rate: float = 0.2, weight: float = 0.0) -> LiveFigure:
    """Return the figure of the orbits of two players for a game, a method, a step size and a weight of R1.

    Games are "xy", "minimax" and "nonSaturating" (both Dirac-GANs); methods "simultaneous", "alternating",
    "extragradient", "optimistic" and "consensus". Everything can be changed in the figure.

    Raises:
        ValueError: an unknown name, or a number outside what the figure shows.
    """
    for name, value, known in (("game", game, GAMES), ("method", method, METHODS)):
        if value not in known:
            raise ValueError(f"{name} is {value!r}, expected one of {', '.join(known)}.")
    if not (0.02 <= rate <= 2.4 and 0 <= weight <= 2):
        raise ValueError(f"rate and weight are {rate} and {weight}, expected 0.02 to 2.4 and 0 to 2.")
    return _figure("game-orbits", {"game": game, "method": method, "rate": rate, "weight": weight})
