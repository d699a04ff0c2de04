"""The functions that the page "Without chains" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.ebm import EnergyModel, denoising_score_loss, nce_loss
from genbook.nn import MLP
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "ebm" / "nce.ipynb")


def test_nce_loss() -> None:
    with seeded(0):
        r_data, r_noise = torch.randn(7).double(), 3 * torch.randn(21).double()
    torch.testing.assert_close(PAGE.nce_loss(r_data, r_noise, 3), nce_loss(r_data, r_noise, 3))


def test_denoising_score_loss() -> None:
    with seeded(1):
        model, x, eps = EnergyModel(MLP(3, (8,), 1), (3,), 2.0), torch.randn(5, 3), torch.randn(5, 3)
    torch.testing.assert_close(PAGE.denoising_score_loss(model, x, eps, 0.3), denoising_score_loss(model, x, eps, 0.3))
