"""The functions that the page "Convolutional players: DCGAN" defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.gan import attribute_direction, convolution_matrix, slerp
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "gan" / "images.ipynb")


def test_convolution_matrix() -> None:
    with seeded(0):
        kernel = torch.randn(4, 4)
    torch.testing.assert_close(PAGE.convolution_matrix(kernel, 12), convolution_matrix(kernel, 12))


def test_slerp() -> None:
    with seeded(1):
        a, b = torch.randn(2, 6, 9).double()
    t = torch.linspace(0, 1, 5).double()
    torch.testing.assert_close(PAGE.slerp(a, b, t), slerp(a, b, t))


def test_attribute_direction() -> None:
    with seeded(2):
        z, values = torch.randn(50, 3), torch.randn(50)
    torch.testing.assert_close(PAGE.attribute_direction(z, values), attribute_direction(z, values))
