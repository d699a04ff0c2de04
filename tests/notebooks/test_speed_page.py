"""The functions that the page on the speed of sampling defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.autoregressive import MADE
from genbook.autoregressive.sampling import ancestral, fixed_point
from genbook.nn import MaskedMLP
from genbook.nn.masks import hidden_degrees
from genbook.nn.outputs import Bernoulli, Categorical
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "autoregressive" / "speed.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("dim, hidden", [(2, 3), (12, 7), (12, 40)])
def test_each_unit_once(page, dim, hidden):
    with seeded(dim + hidden):
        model = MADE(MaskedMLP(dim, (hidden,)), Bernoulli()).double()
        for parameter in model.parameters():
            parameter.data.mul_(3)
        u = torch.rand(50, dim, dtype=torch.float64)
    first, last = model.network.layers[0], model.network.output
    with torch.no_grad():
        drawn = page.draw_made(u, first.weight, first.bias, last.weight, last.bias, hidden_degrees(dim, hidden))
    assert torch.equal(drawn, ancestral(model, u))


def test_passes_over_everything(page):
    with seeded(0):
        model = MADE(MaskedMLP(12, (30,), 5, ordering=torch.randperm(12)), Categorical(5)).double().eval()
        u = torch.rand(20, 12, dtype=torch.float64)
    with torch.no_grad():
        x, passes = page.fixed_point(model, u)
    library, same = fixed_point(model, u)
    assert torch.equal(x, library)
    assert passes == same
