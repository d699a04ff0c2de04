"""The functions that the page on coupling layers defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.data.toys import two_moons
from genbook.flows import Affine, Coupling, halves, realnvp
from genbook.foundations import kl_on_grid
from genbook.nn import MLP
from genbook.numerics import grid, seeded

PAGE = load_page_functions(ROOT / "chapters" / "flows" / "coupling.ipynb")


def test_couple_and_uncouple() -> None:
    with seeded(0):
        network = MLP(3, (8,), 6).double()
        x = torch.randn(7, 6, dtype=torch.double)
    layer = Coupling(halves(6, 0), network, Affine()).double()
    torch.testing.assert_close(PAGE.couple(x, network), layer(x))
    torch.testing.assert_close(PAGE.uncouple(x, network), layer.inverse(x)[0])


def test_kl() -> None:
    data = two_moons()
    with seeded(1):
        flow = realnvp(2, 2, (8,))
    left, right, bottom, top = data.extent
    x, cell = grid([left, bottom], [right, top], 120)
    with torch.no_grad():
        expected = kl_on_grid(data.log_prob(x), flow.log_prob(x.float()).double(), cell)
    assert abs(PAGE.kl(data, flow, 120) - float(expected)) < 1e-3
