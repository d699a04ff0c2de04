"""The functions that the page on image flows defines are those of the package."""

import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.flows import Dequantised, Flow, InvertibleConv, Logit, attribute_direction, variational_noise
from genbook.nn import StandardNormal
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "flows" / "images.ipynb")


def test_bound() -> None:
    model = Dequantised(Flow(StandardNormal(3), [Logit()]), variational_noise(3, 5), (3,), levels=5)
    x = torch.tensor([[0.0, 4.0, 2.0], [1.0, 1.0, 3.0]])
    with seeded(0), torch.no_grad():
        expected = model.elbo(x)
    with seeded(0), torch.no_grad():
        u, log_q = model.noise.draw(x)
        torch.testing.assert_close(PAGE.bound(model.flow.log_prob, x, u, log_q, 5), expected)


def test_plu_log_det() -> None:
    with seeded(1):
        conv = InvertibleConv(4)
        conv.linear.log_size.data.normal_()
        x = torch.randn(2, 4, 3, 5)
    torch.testing.assert_close(PAGE.plu_log_det(conv.linear.log_size, 3, 5).expand(2), conv(x)[1])


def test_direction() -> None:
    with seeded(2):
        z, attribute = torch.randn(40, 1, 2, 2), torch.rand(40)
    torch.testing.assert_close(PAGE.direction(z, attribute), attribute_direction(z, attribute))
