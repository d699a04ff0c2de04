"""The divergences of two normal densities and the steps of small games, as genbook computes them."""

from typing import Any

import torch
from torch.distributions import Normal

from genbook.gan import Minimax, NonSaturating
from genbook.gan import dynamics as steps
from genbook.gan.optimum import jensen_shannon, optimal_discriminator, shift_gradient, w1_normals
from genbook.gan.small_games import dirac_gan, xy_game
from genbook.numerics import grid

POINTS, CELL = grid([-25.0], [25.0], 5000)
PAIRS = ((1.0, 1.5, 0.7), (0.5, 6.0, 0.5), (1.0, 0.0, 1.0), (0.3, -0.4, 2.5), (2.0, -7.5, 0.2), (1.0, 3.0, 1.0))
GAMES = {
    "xy": xy_game,
    "minimax": lambda weight: dirac_gan(Minimax(), weight),
    "nonSaturating": lambda weight: dirac_gan(NonSaturating(), weight),
}
CONSENSUS = 0.5
RATES = (0.1, 0.7, 1.3)
METHODS = {
    "simultaneous": steps.simultaneous,
    "alternating": steps.alternating,
    "extragradient": steps.extragradient,
    "consensus": lambda game, w, lr: steps.consensus(game, w, lr, CONSENSUS),
}


def _normal(mean: float, scale: float) -> Any:
    mean, scale = torch.tensor([mean, scale], dtype=torch.float64)
    return lambda x: Normal(mean, scale).log_prob(x[..., 0])


def gan_divergences() -> dict[str, Any]:
    """Return JSD, W1, all three slopes by the mean of q, and the best critic at some points, a case a pair."""
    cases = {}
    for number, (width, mean, scale) in enumerate(PAIRS):
        p, q = _normal(0.0, width), _normal(mean, scale)
        m = torch.tensor(mean, dtype=torch.float64, requires_grad=True)
        zero, own, other = torch.tensor([0.0, width, scale], dtype=torch.float64)
        w1 = w1_normals(zero, own, m, other)
        slopes = [shift_gradient(loss, p, q, POINTS, CELL).item() for loss in (Minimax(), NonSaturating())]
        cases[str(number)] = {
            "pair": [width, mean, scale],
            "jsd": jensen_shannon(p(POINTS), q(POINTS), CELL).item(),
            "w1": w1.item(),
            "slopes": [*slopes, torch.autograd.grad(w1, m)[0].item()],
            "critic": optimal_discriminator(p(POINTS), q(POINTS))[1500:3500:50].tolist(),
            "points": POINTS[1500:3500:50, 0].tolist(),
        }
    return cases


def game_orbits() -> dict[str, Any]:
    """Return orbits and spectral radii of every game and method, for several step sizes and weights of R1."""
    return {
        f"{name}, R1 {weight}": {
            "game": name,
            "weight": weight,
            "orbits": [
                _orbit(build(weight), method, lr) for method in (*METHODS, "optimistic") for lr in (0.1, 0.7, 1.3)
            ],
        }
        for name, build in GAMES.items()
        for weight in (0.0, 0.6, 1.7)
    }


def _orbit(game: steps.Game, method: str, lr: float) -> dict[str, Any]:
    start = steps.State(*torch.tensor([[1.5], [-0.4]], dtype=torch.float64))
    zero = steps.State(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))
    if method == "optimistic":
        path, matrix = steps.optimistic_orbit(game, start, lr, 8), steps.optimistic_jacobian(game, zero, lr)
    else:
        step = lambda w: METHODS[method](game, w, lr)  # noqa: E731
        path, matrix = steps.orbit(step, start, 8), steps.jacobian(step, zero)
    states = torch.cat(path, 1).tolist()
    return {"method": method, "lr": lr, "states": states, "radius": steps.spectral_radius(matrix)}
