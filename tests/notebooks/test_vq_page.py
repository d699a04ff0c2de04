"""The functions that the page on vector quantisation defines are those of the library."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.numerics import seeded
from genbook.vae import EMAQuantiser
from genbook.vae.vector_quantiser import nearest, straight_through

PAGE = ROOT / "chapters" / "vae" / "vq.ipynb"


@pytest.fixture(scope="module")
def page():
    return load_page_functions(PAGE)


@pytest.mark.parametrize("grid", [(), (5,), (3, 4)])
def test_nearest(page, grid):
    with seeded(0):
        z_e, codebook = torch.randn(6, 3, *grid, dtype=torch.float64), torch.randn(7, 3, dtype=torch.float64)
    assert torch.equal(page.nearest(z_e, codebook), nearest(z_e, codebook))


def test_straight_through(page):
    with seeded(1):
        z_e, e = torch.randn(4, 3, requires_grad=True), torch.randn(4, 3, requires_grad=True)
    ours, theirs = page.straight_through(z_e, e), straight_through(z_e, e)
    assert torch.equal(ours, theirs)
    slopes = [torch.autograd.grad(value.sin().sum(), (z_e, e), allow_unused=True) for value in (ours, theirs)]
    assert torch.equal(slopes[0][0], slopes[1][0]) and slopes[0][1] is slopes[1][1] is None


@pytest.mark.parametrize("decay", [0.0, 0.5, 0.99])
def test_ema_step(page, decay):
    with seeded(2):
        rows = torch.randn(50, 2, dtype=torch.float64)
        quantiser = EMAQuantiser(4, 2, decay=decay, revive_below=0.0).double()
    quantiser.codebook.copy_(rows[:4])  # so that every code is chosen
    quantiser.sums.copy_(rows[:4])
    state = quantiser.codebook.clone(), quantiser.counts.clone(), quantiser.sums.clone()
    for _ in range(3):
        state = page.ema_step(*state, rows, decay)
        quantiser(rows)
    for ours, theirs in zip(state, (quantiser.codebook, quantiser.counts, quantiser.sums), strict=True):
        torch.testing.assert_close(ours, theirs)
