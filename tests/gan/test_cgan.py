"""Conditional games: where the class enters, what each player minimises, and what the optimal critic knows."""

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy, log_softmax

from genbook.gan import (
    ACGAN,
    CGAN,
    AuxiliaryCritic,
    ConditionalGenerator,
    Hinge,
    JoinedCritic,
    MLPCritic,
    NonSaturating,
    ProjectionCritic,
)
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded

C = torch.tensor([0, 2, 1])


def generator() -> ConditionalGenerator:
    return ConditionalGenerator(MLP(2 + 4, (8,), 5), classes=3, features=4)


def game(critic: nn.Module, objective=NonSaturating()) -> CGAN:  # noqa: B008
    return CGAN(generator(), critic, StandardNormal(2), objective)


def test_the_losses_are_those_of_the_pairs() -> None:
    with seeded(0):
        gan = game(JoinedCritic(MLPCritic(5 + 4, (8,)), 3, 4), Hinge())
        x, z = torch.randn(3, 5), torch.randn(3, 2)
    fake = gan.generator.network(torch.cat([z, gan.generator.table.weight[C]], 1))
    scores = [gan.critic.critic(torch.cat([part, gan.critic.table.weight[C]], 1)) for part in (x, fake)]
    torch.testing.assert_close(gan.critic_loss(x, z, c=C), Hinge().critic(*scores))
    torch.testing.assert_close(gan.generator_loss(z, c=C), -scores[1].mean())


def test_a_class_is_a_plane_beside_an_image() -> None:
    seen = []
    critic = JoinedCritic(nn.Sequential(nn.Identity(), nn.Flatten()), 3, 1, 4, 4)
    critic.critic[0].register_forward_hook(lambda module, given, out: seen.append(out))
    critic(torch.zeros(3, 1, 4, 4), C)
    assert seen[0].shape == (3, 2, 4, 4)
    torch.testing.assert_close(seen[0][:, 1].flatten(1), critic.table.weight[C])


def test_projection_is_the_log_ratio_of_two_softmax_models() -> None:
    """With q(c|x) and p(c|x) softmax models over h, D differs from their log-ratio by a function of x alone."""
    with seeded(1):
        critic = ProjectionCritic(nn.Linear(5, 6), 6, 3).double()
        v_real, x = torch.randn(3, 6).double(), torch.randn(4, 5).double()
        v_model = v_real - critic.table.weight
        h = critic.features(x)
        ratio = log_softmax(h @ v_real.T, 1) - log_softmax(h @ v_model.T, 1)  # (4, 3)
        scores = torch.stack([critic(x, torch.full((4,), c)) for c in range(3)], 1)
    rest = scores - ratio
    torch.testing.assert_close(rest, rest[:, :1].expand_as(rest))


def test_both_players_of_ac_gan_minimise_the_cross_entropy_of_the_class() -> None:
    with seeded(2):
        gan = ACGAN(generator(), AuxiliaryCritic(nn.Linear(5, 6), 6, 3), StandardNormal(2), NonSaturating(), 0.5)
        x, z = torch.randn(3, 5), torch.randn(3, 2)
    (real, named), (fake, called) = gan.critic(x), gan.critic(gan.generator(z, C))
    extra = 0.5 * (cross_entropy(named, C) + cross_entropy(called, C))
    torch.testing.assert_close(gan.critic_loss(x, z, c=C), NonSaturating().critic(real, fake) + extra)
    expected = NonSaturating().generator(fake) + 0.5 * cross_entropy(called, C)
    torch.testing.assert_close(gan.generator_loss(z, c=C), expected)


def test_samples_are_of_the_classes_asked_for_in_order() -> None:
    gan = game(ProjectionCritic(nn.Linear(5, 6), 6, 3))
    gan.generator.network = nn.Identity()
    x = gan.sample(6, c=C)
    torch.testing.assert_close(x[:, 2:], gan.generator.table.weight[C].repeat(2, 1))


@pytest.mark.parametrize(
    "call, sentence",
    [
        (lambda gan: gan.sample(4, c=C), "3 classes and 4 rows"),
        (lambda gan: gan.sample(3, c=C.float()), "c is torch.float32"),
        (lambda gan: gan.sample(3, c=7), "c is a int"),
        (lambda gan: gan.sample(0, c=C), "n is 0"),
        (lambda gan: gan.critic_loss(torch.zeros(3, 5), torch.zeros(2, 2), c=C), "2 rows of noise"),
        (lambda gan: gan.critic_loss(torch.zeros(3, 4), torch.zeros(3, 2), c=C), "x has shape"),
        (lambda gan: JoinedCritic(nn.Identity(), 0, 4), "classes is 0"),
        (lambda gan: AuxiliaryCritic(nn.Identity(), 4, 0), "classes is 0"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(call, sentence: str) -> None:
    with pytest.raises((TypeError, ValueError), match=sentence):
        call(game(ProjectionCritic(nn.Linear(5, 6), 6, 3)))
