"""The functions that the page "Masks: NADE and MADE" defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.autoregressive import NADE
from genbook.nn import made_masks
from genbook.nn.outputs import Bernoulli, DiscretizedLogisticMixture
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "autoregressive" / "masks.ipynb")


def test_nade_log_prob() -> None:
    with seeded(0):
        nade, x = NADE(13, 7, Bernoulli()).double(), torch.randint(2, (20, 13)).double()
    ours = PAGE.nade_log_prob(x, nade.w, nade.c, nade.v[:, 0], nade.b[:, 0])
    torch.testing.assert_close(ours, nade.log_prob(x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("widths", [(5,), (8, 3), (4, 9, 6)])
def test_made_masks(widths: tuple[int, ...]) -> None:
    with seeded(1):
        degrees = [torch.randperm(6) + 1, *(torch.randint(1, 6, (width,)) for width in widths)]
    for ours, theirs in zip(PAGE.made_masks(degrees), made_masks(degrees), strict=True):
        assert torch.equal(ours, theirs)


def test_log_mixture_pmf() -> None:
    with seeded(2):
        params = torch.randn(50, 12).double()
        x = torch.randint(9, (50,)).double()
    ours = PAGE.log_mixture_pmf(x, *params.chunk(3, -1), levels=9)
    torch.testing.assert_close(ours, DiscretizedLogisticMixture(9, 4).log_prob(x, params), rtol=1e-9, atol=1e-9)
