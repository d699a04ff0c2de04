"""On finite sets every pair of maps is tried: the optimum is where the encoder inverts the generator."""

import itertools
import math

import pytest
import torch
from torch import nn
from torch.nn.functional import one_hot

from genbook.data import batches
from genbook.gan import BiGAN, Examples, GaussianEncoder, Minimax, NonSaturating, PairCritic, joint_divergence
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded
from genbook.training import Player, fit_adversarial


def even(n):
    return torch.full((n,), 1 / n, dtype=torch.float64)


def as_table(images, n):
    return one_hot(torch.tensor(images), n).double()


def test_of_all_pairs_of_maps_those_at_the_optimum_are_bijections_and_their_inverses():
    n = 3
    maps = list(itertools.product(range(n), repeat=n))
    optimal = []
    for encoder, generator in itertools.product(maps, maps):
        gap = joint_divergence(even(n), as_table(encoder, n), even(n), as_table(generator, n)).item()
        assert -1e-12 <= gap <= math.log(2) + 1e-12
        if gap < 1e-9:
            optimal.append((encoder, generator))
    assert len(optimal) == math.factorial(n)
    for encoder, generator in optimal:
        assert all(encoder[generator[z]] == z for z in range(n)) and all(generator[encoder[x]] == x for x in range(n))


def test_a_stochastic_encoder_is_at_its_optimum_at_the_posterior():
    with seeded(0):
        p_z, generator = torch.rand(3).double().softmax(0), torch.rand(3, 5).double().softmax(1)
        wrong = torch.rand(5, 3).double().softmax(1)
    joint = (p_z[:, None] * generator).T  # (X, Z)
    p_x, posterior = joint.sum(1), joint / joint.sum(1, keepdim=True)
    assert joint_divergence(p_x, posterior, p_z, generator).item() == pytest.approx(0, abs=1e-12)
    assert joint_divergence(p_x, wrong, p_z, generator).item() > 1e-3


def test_the_value_of_the_game_is_twice_the_divergence_less_log_4_at_the_best_critic_and_lower_elsewhere():
    with seeded(1):
        p_x, p_z = (torch.rand(4).double().softmax(0) for _ in range(2))
        encoder, generator = (torch.randn(4, 4).double().softmax(1) for _ in range(2))
        elsewhere = torch.randn(4, 4).double()
    data, model = p_x[:, None] * encoder, (p_z[:, None] * generator).T

    def value(scores):  # -E[critic loss] with scores for every pair
        real = [Minimax().critic(s[None], torch.full((1,), -math.inf).double()) for s in scores.flatten()]
        both = [Minimax().critic(s[None], s[None]) for s in scores.flatten()]
        real, both = torch.stack(real), torch.stack(both)
        return -(data.flatten() * real + model.flatten() * (both - real)).sum()

    optimum = 2 * joint_divergence(p_x, encoder, p_z, generator) - math.log(4)
    torch.testing.assert_close(value(data.log() - model.log()), optimum)
    assert value(elsewhere) < optimum


def game(objective=None):
    parts = MLP(2, (5,), 3), MLP(3, (5,), 2), PairCritic(nn.Linear(3, 4), MLP(6, (5,), 1))
    return BiGAN(*parts, StandardNormal(2), objective or NonSaturating(), Examples(torch.ones(4, 3)))


def test_both_losses_written_out():
    with seeded(0):
        bigan, z = game(), torch.randn(6, 2)
    x = torch.ones(6, 3)
    real = torch.cat([bigan.critic.body(x), bigan.encode(x)], 1)
    real, fake = bigan.critic.head(real)[:, 0], bigan.critic(bigan.generator.generator(z), z)
    log_d, log_not_d = real.sigmoid().log().mean(), (-fake).sigmoid().log().mean()
    torch.testing.assert_close(bigan.critic_loss(x, z), -log_d - log_not_d)
    by_hand = -fake.sigmoid().log().mean() - (-real).sigmoid().log().mean()
    torch.testing.assert_close(bigan.generator_loss(z), by_hand)


def test_the_slope_is_that_of_finite_differences_in_both_halves_of_a_pair():
    with seeded(3):
        bigan = game().double()
        x, code = torch.randn(1, 3, dtype=torch.float64), torch.randn(1, 2, dtype=torch.float64)
    found = bigan.slope(x, code).item()
    total = 0.0
    for part, other, critic in ((x, code, bigan.critic), (code, x, lambda z, x: bigan.critic(x, z))):
        for i in range(part.shape[1]):
            shift = torch.zeros_like(part)
            shift[0, i] = 1e-5
            total += ((critic(part + shift, other) - critic(part - shift, other)).item() / 2e-5) ** 2
    assert found == pytest.approx(total, rel=1e-5)
    z = torch.zeros(1, 2, dtype=torch.float64)
    plain = bigan.critic_loss(x, z)
    bigan.slope_weight = 3.0
    torch.testing.assert_close(bigan.critic_loss(x, z), plain + 1.5 * bigan.slope(x, bigan.encode(x).detach()))


def test_with_the_minimax_losses_the_game_is_zero_sum():
    with seeded(0):
        bigan, z = game(Minimax()), torch.randn(6, 2)
    torch.testing.assert_close(bigan.generator_loss(z), -bigan.critic_loss(torch.ones(6, 3), z))


def test_the_encoder_learns_from_the_generator_side_only():
    with seeded(0):
        bigan = game()
    bigan.critic_loss(torch.ones(2, 3), torch.zeros(2, 2)).backward()
    assert all(p.grad is None for p in bigan.generator.parameters())
    bigan.generator_loss(torch.zeros(2, 2)).backward()
    assert all(p.grad.abs().sum() > 0 for p in bigan.generator.encoder[-1].parameters())


def test_a_gaussian_encoder_draws_in_training_and_gives_its_mean_afterwards():
    with seeded(0):
        encoder, x = GaussianEncoder(nn.Linear(3, 4)), torch.ones(20_000, 3)
        drawn = encoder(x)
    mean, log_scale = encoder.network(x[:1]).chunk(2, 1)
    torch.testing.assert_close(drawn.mean(0), mean[0], atol=0.05, rtol=0.02)
    torch.testing.assert_close(drawn.std(0), log_scale[0].exp(), atol=0.02, rtol=0.02)
    torch.testing.assert_close(encoder.eval()(x[:1]), mean)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"encoder has shape \(2, 3\) and generator \(2, 2\), expected \(2, 2\)"):
        joint_divergence(even(2), torch.ones(2, 3), even(2), torch.ones(2, 2))
    parts = MLP(2, (5,), 3), MLP(3, (5,), 2), PairCritic(nn.Linear(3, 4), MLP(6, (5,), 1))
    with pytest.raises(TypeError, match="data is a Tensor"):
        BiGAN(*parts, StandardNormal(2), NonSaturating(), torch.ones(4, 3))


def test_a_trained_encoder_undoes_its_generator():
    """Data on a line: after a short game E(G(z)) follows z, and E(x) is distributed as the noise."""
    torch.set_num_threads(1)
    with seeded(0):
        x = 2 * torch.randn(4000, 1) + 1
        parts = MLP(1, (16,), 1), MLP(1, (16,), 1), PairCritic(nn.Identity(), MLP(2, (32, 32), 1, nn.Tanh))
        bigan = BiGAN(*parts, StandardNormal(1), NonSaturating(), Examples(x), slope_weight=0.1)
        players = (
            Player(module, loss, torch.optim.Adam(module.parameters(), 5e-3, (0.5, 0.9)))
            for module, loss in ((bigan.critic, bigan.critic_loss), (bigan.generator, bigan.generator_loss))
        )
        fit_adversarial(*players, batches(x, 64), bigan.latent.sample, 800)
        z = torch.randn(1000, 1)
    with torch.no_grad():
        back, code = bigan.encode(bigan.generator(z)), bigan.encode(x)
        again = bigan.reconstruct(x)
    assert torch.corrcoef(torch.cat([z, back], 1).T)[0, 1] > 0.98
    assert torch.corrcoef(torch.cat([x, again], 1).T)[0, 1] > 0.98
    assert code.mean().abs() < 0.3 and abs(code.std() - 1) < 0.3
