"""Rounds of a game in the plane, and the modes that draws cover, as genbook and PyTorch compute them."""

from typing import Any

import torch
from torch import Tensor, nn

from genbook.gan import GAN, LeastSquares, Minimax, MLPCritic, NonSaturating, Objective, coverage
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded
from genbook.training import Player, fit_adversarial

OBJECTIVES = {"minimax": Minimax(), "non-saturating": NonSaturating(), "least squares": LeastSquares()}
ROUNDS, CRITICS, BATCH, SIZES = 3, 2, 6, (5, 4)


def layers(network: nn.Module) -> list[dict[str, Any]]:
    """Return the weights and biases of every linear layer, flat, as the figure holds them."""
    found = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    return [{"w": layer.weight.flatten().tolist(), "b": layer.bias.tolist()} for layer in found]


def rounds_of(objective: Objective, seed: int) -> dict[str, Any]:
    """Play `ROUNDS` rounds in float64 from given weights, data and noise."""
    with seeded(seed):
        generator = MLP(2, SIZES, 2, nn.Tanh).double()
        gan = GAN(generator, MLPCritic(2, SIZES, nn.Tanh).double(), StandardNormal(2), objective)
        x = torch.randn(ROUNDS * CRITICS, BATCH, 2, dtype=torch.float64)
        z = torch.randn(ROUNDS * (CRITICS + 1), BATCH, 2, dtype=torch.float64)
    before, rest = {"generator": layers(gan.generator), "critic": layers(gan.critic)}, iter(z)
    players = [
        Player(module, loss, torch.optim.Adam(module.parameters(), lr=0.01, betas=(0.5, 0.9)))
        for module, loss in ((gan.critic, gan.critic_loss), (gan.generator, gan.generator_loss))
    ]
    history = fit_adversarial(*players, lambda k: x[k], lambda n: next(rest), ROUNDS, CRITICS)
    after = {"generator": layers(gan.generator), "critic": layers(gan.critic)}
    losses = {"generator": history.losses, "critic": [value for _, value in history.metrics["critic"]]}
    with torch.no_grad():
        scores = gan.critic(x[0]).tolist()
    return {"x": _flat(x), "z": _flat(z), "before": before, "after": after, "losses": losses, "scores": scores}


def _flat(batches: Tensor) -> list[list[float]]:
    return batches.flatten(1).tolist()


def gan_2d() -> dict[str, Any]:
    """Return rounds with every loss, and a count of modes."""
    with seeded(5):
        modes = torch.randn(6, 2, dtype=torch.float64)
        x = modes.repeat(20, 1)[:100] + 0.15 * torch.randn(100, 2, dtype=torch.float64)
    counted = coverage(x, modes, 0.1, 3.0, 12)
    count = {"counts": counted.counts.tolist(), "covered": counted.covered, "good": counted.good}
    rounds = {name: rounds_of(objective, k) for k, (name, objective) in enumerate(OBJECTIVES.items())}
    return {
        "rounds": rounds,
        "sizes": list(SIZES),
        "coverage": {"x": x.flatten().tolist(), "modes": modes.tolist(), **count},
    }
