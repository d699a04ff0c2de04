"""The functions that the page "Pixels" defines are those of the package."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT

from genbook.autoregressive import ChannelLogisticMixture, GatedStacks, Thermometer
from genbook.autoregressive.causal_conv import CausalConv, Whole
from genbook.autoregressive.gated_pixelcnn import gate
from genbook.autoregressive.masked_stack import colour_of, pixel_mask
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "autoregressive" / "pixels.ipynb")


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize("size", [3, 5, 7])
def test_masks(size: int, strict: bool) -> None:
    one = torch.zeros(1, dtype=torch.int64)
    assert torch.equal(PAGE.grey_mask(size, strict), pixel_mask(size, one, one, strict)[0, 0].float())
    inputs, outputs = colour_of(3, 3), colour_of(6, 3)
    ours = PAGE.colour_mask(inputs, outputs, size, strict)
    assert torch.equal(ours, pixel_mask(size, inputs, outputs, strict).float())


@pytest.mark.parametrize(("kernel", "left", "up"), [((2, 3), 1, 0), ((2, 3), 1, 1), ((1, 2), 2, 0), ((1, 1), 0, 0)])
def test_shifted_convolution(kernel: tuple[int, int], left: int, up: int) -> None:
    with seeded(0):
        conv, x = CausalConv(2, 3, kernel, left, up).double(), torch.randn(2, 2, 6, 5).double()
    torch.testing.assert_close(PAGE.shifted(x, conv.weight, conv.bias, left, up), conv(x))


@pytest.mark.parametrize("kernel", [3, 5])
def test_gated_layer(kernel: int) -> None:
    with seeded(1):
        layer = GatedStacks(1, 1, width=6, kernels=(3, kernel)).double().layers[1]
        v, h = torch.randn(2, 3, 6, 5, 7).double().unbind(0)
    torch.testing.assert_close(PAGE.gate(v), gate(v))
    weights = {name: (conv.kernels, conv.bias) for name, conv in layer.named_children() if hasattr(conv, "kernels")}
    run = Whole()
    theirs = layer.above(v, run), layer.here(h, run)
    torch.testing.assert_close(PAGE.gated_layer(v, h, weights, reach=kernel // 2), theirs)


def test_colour_log_prob() -> None:
    output = ChannelLogisticMixture(levels=9, components=2)
    with seeded(2):
        x, params = torch.randint(9, (40, 3)).double(), torch.randn(40, output.size).double()
    logit, mean, log_scale, alpha = (p.unflatten(-1, (-1, 2)) for p in params.split([2, 6, 6, 6], -1))
    ours = PAGE.colour_log_prob(x, logit[:, 0], mean, log_scale, alpha.tanh(), levels=9)
    torch.testing.assert_close(ours, output.log_prob(x, params), rtol=1e-8, atol=1e-8)


def test_thermometer() -> None:
    x = torch.arange(17.0).view(1, 17)
    assert torch.equal(PAGE.thermometer(x, 17), Thermometer(17)(x))
