"""The bound of InfoGAN against tables, where the mutual information is known exactly."""

import math

import pytest
import torch
from torch import nn

from genbook.data import batches
from genbook.gan import CodeCritic, Codes, InfoGAN, NonSaturating
from genbook.nn import MLP
from genbook.numerics import seeded
from genbook.training import Player, fit_adversarial


class Table(nn.Module):
    """x = the entry of a table for the class in z, as a one-hot row: a generator on a finite world."""

    def __init__(self, codes, table, values):
        super().__init__()
        self.codes, self.table, self.values = codes, table, values

    def forward(self, z):
        _, label, _ = self.codes.split(z)
        return nn.functional.one_hot(self.table[label.argmax(1)], self.values).to(z)


def world(table, values, reader):
    """An InfoGAN whose generator maps class k to the picture table[k], and whose Q has the given logits a picture."""
    codes = Codes(1, len(table))
    critic = CodeCritic(nn.Identity(), values, codes)
    with torch.no_grad():
        critic.reader.weight.copy_(reader.T)
        critic.reader.bias.zero_()
    return InfoGAN(Table(codes, torch.tensor(table), values), critic, codes, NonSaturating())


def every_class(codes):
    label = torch.arange(codes.classes)
    return codes.join(torch.zeros(len(label), 1), label, torch.zeros(len(label), 0))


def exact_information(table):
    """I(c; x) of a deterministic table over even classes: the entropy of x."""
    p = torch.bincount(torch.tensor(table)).double() / len(table)
    return -torch.special.xlogy(p, p).sum().item()


@pytest.mark.parametrize("table", [[0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 0, 0], [2, 2, 1, 1]])
def test_the_bound_is_the_mutual_information_at_the_posterior_and_below_it_elsewhere(table):
    posterior = torch.stack([torch.tensor([float(t == x) for t in table]) for x in range(4)])  # (X, K), unnormalised
    best = world(table, 4, posterior.clamp(min=1e-9).log())
    assert best.information(every_class(best.latent))[0].mean().item() == pytest.approx(
        exact_information(table), abs=1e-5
    )
    for seed in range(5):
        with seeded(seed):
            other = world(table, 4, torch.randn(4, 4))
        assert other.information(every_class(other.latent))[0].mean().item() < exact_information(table)


def test_codes_have_the_laws_that_the_entropies_assume():
    codes = Codes(3, 4, 2)
    with seeded(0):
        noise, label, c = codes.split(codes.sample(20_000))
    assert (label.sum(1) == 1).all() and (label.mean(0) - 0.25).abs().max() < 0.015  # H = log 4
    assert noise.std().item() == pytest.approx(1, abs=0.02)
    assert c.abs().max() <= 1 and c.var().item() == pytest.approx(1 / 3, abs=0.01)  # H = 2 log 2


def test_a_continuous_code_behind_gaussian_noise_is_told_no_more_than_by_quadrature():
    """x = c + noise: the bound with the right Gaussian is below I(c; x), and close since the noise is narrow."""
    codes, noise = Codes(1, 1, 1), 0.1
    game = InfoGAN(nn.Identity(), CodeCritic(nn.Identity(), 1, codes), codes, NonSaturating())
    with torch.no_grad():
        game.critic.reader.weight.copy_(torch.tensor([[0.0], [1.0], [0.0]]))
        game.critic.reader.bias.copy_(torch.tensor([0.0, 0.0, math.log(noise)]))
    with seeded(0):
        z = codes.sample(50_000)
        x = codes.split(z)[2] + noise * torch.randn(50_000, 1)
    line = torch.linspace(-2, 2, 4001, dtype=torch.float64)
    p = (torch.special.ndtr((line + 1) / noise) - torch.special.ndtr((line - 1) / noise)) / 2
    exact = -torch.special.xlogy(p, p).sum().item() * 0.001 - 0.5 * math.log(2 * math.pi * math.e * noise**2)
    bound = game.bounds(z, x)[1].mean().item()
    assert exact - 0.1 < bound < exact


def small(weights=(0.5, 0.2)):
    codes = Codes(2, 3, 1)
    body = nn.Sequential(nn.Linear(4, 8), nn.LeakyReLU())
    return InfoGAN(MLP(codes.size, (8,), 4), CodeCritic(body, 8, codes), codes, NonSaturating(), weights)


def test_both_losses_are_the_plain_ones_less_the_weighted_bound():
    with seeded(0):
        game, x = small(), torch.randn(6, 4)
        z = game.latent.sample(6)
    fake, bounds = game.critic(game.generator(z)), game.information(z)
    told = 0.5 * bounds[0].mean() + 0.2 * bounds[1].mean()
    torch.testing.assert_close(game.critic_loss(x, z), game.objective.critic(game.critic(x), fake) - told)
    torch.testing.assert_close(game.generator_loss(z), game.objective.generator(fake) - told)
    game.penalty = lambda critic, x, x_model: torch.tensor(3.0)
    torch.testing.assert_close(game.critic_loss(x, z), game.objective.critic(game.critic(x), fake) - told + 3)


def test_log_q_is_a_categorical_times_gaussians():
    with seeded(0):
        game = small().double()
        z = game.latent.sample(5)
    x = game.generator(z)
    p, mean, scale = game.critic.codes(x)
    _, label, c = game.latent.split(z)
    of_class = torch.distributions.Categorical(p).log_prob(label.argmax(1)) + math.log(3)
    of_rest = torch.distributions.Normal(mean, scale).log_prob(c).sum(1) + math.log(2)
    torch.testing.assert_close(game.information(z), (of_class, of_rest))
    torch.testing.assert_close(game.bounds(z, game.critic.body(x)), (of_class, of_rest))
    assert p.sum(1).allclose(torch.ones(5).double())


def test_bad_input_is_named():
    with pytest.raises(ValueError, match="classes is 0"):
        Codes(1, 0)
    with pytest.raises(ValueError, match=r"z has shape \(2, 5\), expected \(B, 6\)"):
        Codes(2, 3, 1).split(torch.zeros(2, 5))
    with pytest.raises(ValueError, match=r"weights are \(1.0, -1.0\), expected"):
        small((1.0, -1.0))
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\)"):
        game = small()
        game.critic_loss(torch.zeros(2, 3), game.latent.sample(2))


def test_the_bound_rises_and_the_class_code_finds_the_clusters():
    torch.set_num_threads(1)
    centres = 2 * torch.tensor([[1.0, 0.0], [-0.5, 0.87], [-0.5, -0.87]])
    with seeded(0):
        x = centres[torch.randint(3, (3000,))] + 0.2 * torch.randn(3000, 2)
        codes = Codes(2, 3)
        body = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh())
        game = InfoGAN(MLP(codes.size, (32,), 2), CodeCritic(body, 32, codes), codes, NonSaturating())
        bounds = [game.information(codes.sample(1000))[0].mean().item()]
        players = (
            Player(module, loss, torch.optim.Adam(module.parameters(), 5e-3, (0.5, 0.9)))
            for module, loss in ((game.critic, game.critic_loss), (game.generator, game.generator_loss))
        )
        fit_adversarial(*players, batches(x, 64), codes.sample, 500)
        bounds.append(game.information(codes.sample(1000))[0].mean().item())
        noise = torch.zeros(3, 2)
        drawn = game.generator(codes.join(noise, torch.arange(3), torch.zeros(3, 0)))
    assert bounds[0] < 0.2 and 0.9 < bounds[1] <= math.log(3)
    assert sorted(torch.cdist(drawn, centres).argmin(1).tolist()) == [0, 1, 2]
