"""The functions that the page "Translation without pairs" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.gan import Couples, CycleGAN, LeastSquares, PatchCritic, Translator
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "unpaired.ipynb")


def test_cycle_loss() -> None:
    with seeded(0):
        images = torch.rand(2, 6, 1, 12, 12)
        players = (Translator(2), Translator(2)), (PatchCritic(2), PatchCritic(2))
        games = [CycleGAN(*players, Couples(*images), LeastSquares(), cycle=weight) for weight in (1.0, 0.0)]
        z = games[0].latent.sample(4)
    difference = games[0].generator_loss(z) - games[1].generator_loss(z)
    ours = PAGE.cycle_loss(*z.unbind(1), games[0].to_b, games[0].to_a)
    torch.testing.assert_close(ours, difference)
