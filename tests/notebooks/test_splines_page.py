"""The functions that the page on splines defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import RationalQuadratic
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "flows" / "splines.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("bins, bound", [(2, 1.0), (8, 3.0), (5, 6.0)])
def test_the_spline_and_its_inverse(page, bins, bound):
    spline = RationalQuadratic(bins, bound)
    with seeded(bins):
        raw = torch.randn(spline.size, dtype=torch.float64)
    x = torch.linspace(-1.5 * bound, 1.5 * bound, 200, dtype=torch.float64)
    knots, every = spline.knots(raw), raw.expand(200, -1)
    torch.testing.assert_close(page.rational_quadratic(x, *knots), spline.forward(x, every))
    torch.testing.assert_close(page.rational_quadratic_inverse(x, *knots), spline.inverse(x, every)[0])
