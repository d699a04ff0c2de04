"""The functions that the page on waves defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.autoregressive import DilatedStack, MuLaw
from genbook.autoregressive.dilated_stack import delayed, receptive_field
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "autoregressive" / "waves.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("kernel, dilation", [(1, 1), (2, 1), (2, 8), (3, 4), (2, 30)])
def test_causal_convolution(page, kernel, dilation):
    with seeded(0):
        h, weight = torch.randn(2, 3, 20, dtype=torch.float64), torch.randn(5, 3, kernel, dtype=torch.float64)
    library = delayed(h.mT, dilation, kernel) @ weight.permute(2, 1, 0).flatten(0, 1)
    torch.testing.assert_close(page.causal_conv(h, weight, dilation).mT, library)


@pytest.mark.parametrize("kernel", [1, 2, 3])
def test_receptive_field(page, kernel):
    for dilations in ((1,), (1, 2, 4), (1, 2, 4) * 3, (5, 1)):
        stack = DilatedStack(1, 1, 2, dilations, 2, kernel)
        assert page.receptive_field(dilations, kernel) == receptive_field(dilations, kernel) == stack.field


@pytest.mark.parametrize("levels", [2, 16, 256])
def test_mu_law(page, levels):
    a = torch.linspace(-1, 1, 10_001, dtype=torch.float64)
    assert torch.equal(page.mu_law(a, levels - 1), MuLaw(levels).encode(a))
