"""The functions that the page "Conditional games" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT
from torch import nn

from genbook.gan import ACGAN, AuxiliaryCritic, ConditionalGenerator, NonSaturating, ProjectionCritic
from genbook.nn import MLP, StandardNormal
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "conditional.ipynb")


def test_projection_score() -> None:
    with seeded(0):
        critic, x, c = ProjectionCritic(nn.Linear(5, 6), 6, 3), torch.randn(8, 5), torch.randint(3, (8,))
    score = PAGE.projection_score(critic.features(x), c, critic.table.weight, critic.psi.weight[0])
    torch.testing.assert_close(score + critic.psi.bias, critic(x, c))


def test_auxiliary_losses() -> None:
    with seeded(1):
        generator = ConditionalGenerator(MLP(2 + 4, (8,), 5), 3, 4)
        gan = ACGAN(generator, AuxiliaryCritic(nn.Linear(5, 6), 6, 3), StandardNormal(2), NonSaturating(), 0.7)
        x, z, c = torch.randn(8, 5), torch.randn(8, 2), torch.randint(3, (8,))
    critic, player = PAGE.auxiliary_losses(gan.objective, gan.critic(x), gan.critic(gan.generator(z, c)), c, 0.7)
    torch.testing.assert_close(critic, gan.critic_loss(x, z, c=c))
    torch.testing.assert_close(player, gan.generator_loss(z, c=c))
