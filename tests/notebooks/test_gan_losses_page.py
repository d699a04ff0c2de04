"""The functions that the page "Losses as divergences" defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook import gan
from genbook.nn import StandardNormal
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "losses.ipynb")
DIVERGENCES = [gan.KULLBACK_LEIBLER, gan.REVERSE_KULLBACK_LEIBLER, gan.JENSEN_SHANNON, gan.PEARSON]


@pytest.mark.parametrize("divergence", [*DIVERGENCES, gan.SQUARED_HELLINGER])
def test_divergence_and_bound(divergence: gan.FDivergence) -> None:
    with seeded(0):
        p, q = torch.rand(2, 9, dtype=torch.float64) + 0.1
        t = divergence.activation(torch.randn(9, dtype=torch.float64))
    torch.testing.assert_close(PAGE.f_divergence(divergence, p, q, 0.3), gan.f_divergence(divergence, p, q, 0.3))
    ours, theirs = (f(divergence, t, p, q, 0.3) for f in (PAGE.variational_bound, gan.variational_bound))
    torch.testing.assert_close(ours, theirs)


def test_repulsion() -> None:
    with seeded(1):
        codes = torch.randn(7, 3)
    torch.testing.assert_close(PAGE.cosine_repulsion(codes), gan.cosine_repulsion(codes))


def test_margin_loss() -> None:
    with seeded(2):
        critic = gan.AutoencoderEnergy(torch.nn.Linear(2, 3), torch.nn.Linear(3, 2))
        x, z = torch.randn(5, 2), 2 * torch.randn(8, 2)
    game = gan.EBGAN(torch.nn.Identity(), critic, StandardNormal(2), margin=1.5)
    torch.testing.assert_close(PAGE.margin_loss(critic(x), critic(z), 1.5), game.critic_loss(x, z))
