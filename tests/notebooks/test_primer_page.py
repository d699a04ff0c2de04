"""The function that the primer defines is PyTorch's."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

PAGE = ROOT / "chapters" / "foundations" / "primer.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("shift", [0.0, -1e4, 1e4])
def test_log_sum_exp(page, shift):
    a = torch.linspace(-5, 5, 24, dtype=torch.float64).view(2, 3, 4) + shift
    ours = page.log_sum_exp(a)
    assert torch.isfinite(ours).all()
    torch.testing.assert_close(ours, a.logsumexp(-1), rtol=1e-12, atol=0)
