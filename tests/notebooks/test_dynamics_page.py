"""The steps that the page on dynamics defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.gan import Minimax, NonSaturating, dynamics, small_games

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "dynamics.ipynb")
GAMES = [small_games.xy_game(), small_games.dirac_gan(Minimax()), small_games.dirac_gan(NonSaturating(), 0.7)]
W = dynamics.State(torch.tensor([0.8]).double(), torch.tensor([-1.3]).double())


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("name", ["simultaneous", "extragradient"])
def test_steps(name, game) -> None:
    for lr in (0.05, 0.8):
        ours = getattr(PAGE, name)(game.generator_loss, game.critic_loss, *W, lr)
        torch.testing.assert_close(dynamics.State(*ours), getattr(dynamics, name)(game, W, lr))
