"""The past is the mean of all parameters so far, and both losses pull towards it."""

import pytest
import torch
from torch import nn

from genbook.gan import HistoricalAveraging, MLPCritic, NonSaturating, Past
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


def test_the_past_is_the_mean_of_what_was():
    layer = nn.Linear(2, 1)
    past, seen = Past(layer), []
    with seeded(0):
        for _ in range(5):
            with torch.no_grad():
                layer.weight.copy_(torch.randn(1, 2))
                layer.bias.copy_(torch.randn(1))
            seen.append(torch.cat([layer.weight.detach().flatten(), layer.bias.detach()]))
            found = past.distance(layer)
            torch.testing.assert_close(found, (seen[-1] - torch.stack(seen).mean(0)).square().sum())


def test_the_gradient_pulls_back_by_twice_the_gap():
    layer = nn.Linear(1, 1, bias=False)
    past = Past(layer)
    past.distance(layer)
    with torch.no_grad():
        layer.weight.add_(1.0)
    past.distance(layer).backward()  # the mean has moved half of the way
    assert layer.weight.grad.item() == pytest.approx(1.0)


def test_both_losses_hold_the_distance_of_their_player():
    with seeded(0):
        game = HistoricalAveraging(MLP(2, (4,), 2), MLPCritic(2, (4,)), StandardNormal(2), NonSaturating(), 0.5)
        x, z = torch.randn(6, 2), torch.randn(6, 2)
    first = game.critic_loss(x, z), game.generator_loss(z)
    with torch.no_grad():
        for parameter in game.parameters():
            parameter.add_(0.1)
    plain = NonSaturating().critic(game.critic(x), game.critic(game.generator(z)))
    torch.testing.assert_close(game.critic_loss(x, z), plain + 0.5 * 0.05**2 * _count(game.critic))
    plain = NonSaturating().generator(game.critic(game.generator(z)))
    torch.testing.assert_close(game.generator_loss(z), plain + 0.5 * 0.05**2 * _count(game.generator))
    assert all(loss.isfinite() for loss in first)


def _count(module):
    return sum(p.numel() for p in module.parameters())


def test_bad_weight_is_named():
    with pytest.raises(ValueError, match=r"weight is -1.0, expected"):
        HistoricalAveraging(MLP(1, (2,), 1), MLPCritic(1, (2,)), StandardNormal(1), NonSaturating(), -1.0)
