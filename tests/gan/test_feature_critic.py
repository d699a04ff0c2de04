"""Critics with features: a score linear in them, and a classifier of K + 1 classes with the last logit at 0."""

import pytest
import torch
from torch import nn

from genbook.gan import ClassCritic, FeatureCritic
from genbook.numerics import seeded


def body():
    return nn.Sequential(nn.Linear(2, 6), nn.LeakyReLU())


def test_the_score_is_linear_in_the_features():
    with seeded(0):
        critic, x = FeatureCritic(body(), 6), torch.randn(5, 2)
    f = critic.features(x)
    assert f.shape == (5, 6)
    torch.testing.assert_close(critic(x), f @ critic.head.weight[0] + critic.head.bias[0])


def test_the_score_is_the_logit_of_real_under_a_softmax_of_k_plus_1_logits():
    with seeded(0):
        critic, x = ClassCritic(body(), 6, 4), 3 * torch.randn(7, 2)
    logits = torch.cat([critic.logits(x), torch.zeros(7, 1)], 1)  # (B, K + 1), the last one is "generated"
    p = logits.softmax(1)
    torch.testing.assert_close(critic(x).sigmoid(), p[:, :4].sum(1))
    torch.testing.assert_close(critic.logits(x).softmax(1), p[:, :4] / p[:, :4].sum(1, keepdim=True))


@pytest.mark.parametrize("make", [lambda: FeatureCritic(body(), 0), lambda: ClassCritic(body(), 6, 0)])
def test_bad_sizes_are_named(make):
    with pytest.raises(ValueError, match="whole number"):
        make()
