"""The functions that the page "Autoregressive flows" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import MaskedAutoregressive
from genbook.nn import MaskedMLP
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "flows" / "autoregressive.ipynb")


class Plain:
    """z = x exp(s) + t without the clip of the library's affine map, as the page writes it."""

    size = 2

    def forward(self, x, params):
        shift, s = params.unbind(-1)
        return x * s.exp() + shift, s

    def inverse(self, z, params):
        shift, s = params.unbind(-1)
        return (z - shift) * (-s).exp(), -s


def layer() -> MaskedAutoregressive:
    with seeded(0):
        made = MaskedAutoregressive(MaskedMLP(5, (16,), 2, ordering=torch.randperm(5)), Plain()).double()
    return made


def test_maf_forward() -> None:
    f = layer()
    with seeded(1):
        x = torch.randn(7, 5).double()
    torch.testing.assert_close(PAGE.maf_forward(x, f.network), f(x))


def test_maf_inverse() -> None:
    f = layer()
    with seeded(1), torch.no_grad():
        z = torch.randn(7, 5).double()
        torch.testing.assert_close(PAGE.maf_inverse(z, f.network, f.network.ordering.tolist()), f.inverse(z)[0])
