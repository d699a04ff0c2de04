"""The functions that the page on measuring samples defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook import evaluation
from genbook.numerics import seeded

PAGE = ROOT / "chapters" / "foundations" / "measuring.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("classes", [2, 10])
def test_inception_score(page, classes):
    with seeded(classes):
        p = (3 * torch.randn(50, classes, dtype=torch.float64)).softmax(-1)
    assert page.inception_score(p) == pytest.approx(evaluation.inception_score(p), rel=1e-12)
    assert page.inception_score(torch.eye(classes)) == pytest.approx(classes)


@pytest.mark.parametrize("rows", [4, 40])
def test_frechet_distance_also_where_a_covariance_lacks_rank(page, rows):
    with seeded(rows):
        a, b = torch.randn(rows, 6, dtype=torch.float64), 1 + 2 * torch.randn(rows + 3, 6, dtype=torch.float64)
    ours = page.frechet_gaussians(a.mean(0), a.T.cov(), b.mean(0), b.T.cov())
    assert ours == pytest.approx(evaluation.frechet_distance(a, b), rel=1e-9)


def test_the_root_squares_to_the_covariance(page):
    with seeded(0):
        cov = torch.randn(9, 5, dtype=torch.float64).T.cov()
    torch.testing.assert_close(page.root(cov) @ page.root(cov), cov)
