"""The functions that the page "Scores and score matching" defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook import diffusion
from genbook.nn import MLP
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "diffusion" / "scores.ipynb")


@pytest.mark.parametrize("name, extra", [("explicit", 0), ("sliced", 1), ("denoising", 2)])
def test_losses(name: str, extra: int) -> None:
    with seeded(0):
        network = MLP(3, (8,), 3).double()
        x, v = torch.randn(2, 5, 3).double()
    arguments = [(), (v,), (v, 0.3)][extra]
    ours = getattr(PAGE, f"{name}_score_loss")(network, x, *arguments)
    theirs = getattr(diffusion, f"{name}_score_loss")(network, x, *arguments)
    torch.testing.assert_close(ours, theirs)
