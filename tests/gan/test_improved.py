"""Remedies in the loss: against closed forms, and against the same losses written out."""

import math

import pytest
import torch
from torch import nn

from genbook.gan import (
    ClassCritic,
    Examples,
    FeatureCritic,
    FeatureMatching,
    NonSaturating,
    OneSidedSmoothing,
    Supervised,
)
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded


def class_critic(classes=3):
    return ClassCritic(nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU()), 6, classes)


@pytest.mark.parametrize("alpha", [0.7, 0.9, 1.0])
def test_the_best_critic_under_smoothing_is_alpha_p_over_p_plus_q(alpha):
    with seeded(0):
        p, q = (torch.rand(6, dtype=torch.float64).softmax(0) for _ in range(2))
    smoothing, never = OneSidedSmoothing(alpha), torch.tensor([-math.inf], dtype=torch.float64)

    def expected(scores):
        real = torch.stack([smoothing.critic(score[None], never) for score in scores])  # (6,)
        fake = torch.stack([smoothing.critic(score[None], score[None]) for score in scores]) - real
        return (p * real + q * fake).sum()

    best = (alpha * p / (p + q)).logit().requires_grad_()
    (slope,) = torch.autograd.grad(expected(best), best)
    torch.testing.assert_close(slope, torch.zeros(6, dtype=torch.float64), atol=1e-12, rtol=0)
    assert all(expected(best + shift) > expected(best) for shift in (-0.1, 0.1))  # and the loss is convex


def test_full_targets_are_the_plain_game():
    with seeded(0):
        real, fake = torch.randn(9), torch.randn(9)
    torch.testing.assert_close(OneSidedSmoothing(1.0).critic(real, fake), NonSaturating().critic(real, fake))
    torch.testing.assert_close(OneSidedSmoothing(0.9).generator(fake), NonSaturating().generator(fake))


def test_feature_matching_is_zero_for_the_data_and_the_squared_gap_elsewhere():
    point = torch.tensor([[1.0, -2.0]])
    critic = FeatureCritic(nn.Linear(2, 2, bias=False), 2)
    game = FeatureMatching(nn.Linear(1, 2), critic, StandardNormal(1), NonSaturating(), Examples(point))
    with torch.no_grad():
        critic.body.weight.copy_(torch.eye(2))
        game.generator.weight.zero_()
        game.generator.bias.copy_(point[0])
        assert game.generator_loss(torch.zeros(4, 1)) == 0
        game.generator.bias.add_(torch.tensor([3.0, 4.0]))
    assert game.generator_loss(torch.zeros(4, 1)).item() == pytest.approx(25.0)


def test_a_semi_supervised_game_adds_the_cross_entropy_of_labelled_rows():
    with seeded(0):
        x, y, rest = torch.randn(6, 2), torch.tensor([0, 1, 2, 0, 1, 2]), torch.randn(8, 2)
        critic = class_critic()
    p = critic.logits(x).softmax(1)[range(6), y]
    torch.testing.assert_close(Supervised(x, y, 2.0)(critic, rest, rest), -2 * p.log().mean())


def test_the_unsupervised_loss_is_the_cross_entropy_of_real_against_generated():
    with seeded(0):
        critic, x, x_model = class_critic(), torch.randn(8, 2), torch.randn(8, 2)
    real, fake = (torch.cat([critic.logits(rows), torch.zeros(8, 1)], 1).log_softmax(1) for rows in (x, x_model))
    by_hand = -real[:, :3].logsumexp(1).mean() - fake[:, 3].mean()
    torch.testing.assert_close(NonSaturating().critic(critic(x), critic(x_model)), by_hand)


def test_examples_are_drawn_evenly_and_with_replacement():
    with seeded(0):
        drawn = Examples(torch.arange(4.0)[:, None]).sample(40_000)[:, 0].long()
    assert (torch.bincount(drawn, minlength=4) / 10_000 - 1).abs().max() < 0.05


def test_bad_input_is_named():
    x = torch.zeros(3, 2)
    with pytest.raises(ValueError, match=r"y has dtype torch.float32 and shape \(3,\), expected int64 \(3,\)"):
        Supervised(x, torch.zeros(3))
    with pytest.raises(ValueError, match=r"weight is -1.0, expected"):
        Supervised(x, torch.zeros(3, dtype=torch.int64), -1.0)
    with pytest.raises(ValueError, match=r"real is 0.0, expected"):
        OneSidedSmoothing(0.0)
    with pytest.raises(TypeError, match=r"data is a Tensor, expected a distribution"):
        FeatureMatching(MLP(1, (2,), 2), class_critic(), StandardNormal(1), NonSaturating(), x)
    with pytest.raises(ValueError, match="NaN"):
        Examples(torch.full((2, 2), torch.nan))
    with pytest.raises(TypeError, match="expected a torch tensor"):
        Examples([1.0])
