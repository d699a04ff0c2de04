"""Cases of the chapter `gan`."""

from collections.abc import Callable

import torch

from genbook.gan import (
    EBGAN,
    GAN,
    R1,
    AutoencoderEnergy,
    GradientPenalty,
    Hinge,
    LeastSquares,
    Minimax,
    MLPCritic,
    NonSaturating,
    Objective,
    Penalty,
    Wasserstein,
    spectrally_normalised,
)
from genbook.nn import MLP, StandardNormal
from tests.cases import Case

CASES: dict[str, Callable[[], Case]] = {}


def plane_game(objective: Objective, penalty: Penalty | None = None) -> Case:
    """A game in the plane with small networks."""
    gan = GAN(MLP(2, (8,), 2), MLPCritic(2, (8,)), StandardNormal(2), objective, penalty)
    return Case(gan.eval(), torch.randn(5, 2))


def normalised_game() -> Case:
    """The hinge game of a spectrally normalised critic."""
    case = plane_game(Hinge())
    spectrally_normalised(case.model.critic)
    return Case(case.model.eval(), case.batch)


def energy_game() -> Case:
    """An EBGAN in the plane, with its repulsion."""
    critic = AutoencoderEnergy(MLP(2, (8,), 3), MLP(3, (8,), 2))
    return Case(EBGAN(MLP(2, (8,), 2), critic, StandardNormal(2), 1.0, 0.1).eval(), torch.randn(5, 2))


CASES["gan"] = lambda: plane_game(Minimax())
CASES["gan/non-saturating"] = lambda: plane_game(NonSaturating())
CASES["gan-dynamics"] = lambda: plane_game(NonSaturating(), R1())
CASES["lsgan"] = lambda: plane_game(LeastSquares())
CASES["wgan"] = lambda: plane_game(Wasserstein())
CASES["wgan-gp"] = lambda: plane_game(Wasserstein(), GradientPenalty())
CASES["sngan"] = normalised_game
CASES["ebgan"] = energy_game
