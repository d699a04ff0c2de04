"""The functions that the page "Deep energies" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.ebm import EnergyModel, Replay
from genbook.nn import MLP
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "ebm" / "deep.ipynb")


def model() -> EnergyModel:
    with seeded(0):
        return EnergyModel(MLP(3, (8,), 1), (3,), 2.0)


def test_contrastive_loss() -> None:
    with seeded(1):
        x, y = torch.randn(6, 3), torch.randn(9, 3)
    torch.testing.assert_close(PAGE.contrastive_loss(model(), x, y), model().loss(x, y))


def test_replayed_chains() -> None:
    with seeded(2):
        start = torch.randn(10, 3)
    replay, ours = Replay(model(), lambda energy, x: x + 1, start), start.clone()
    with seeded(3):
        loss = replay.loss(torch.zeros(4, 3))
    with seeded(3):
        x_model = PAGE.replayed(ours, 4, lambda energy, x: x + 1, None)
    assert torch.equal(ours, replay.chains)
    torch.testing.assert_close(loss, PAGE.contrastive_loss(model(), torch.zeros(4, 3), x_model))
