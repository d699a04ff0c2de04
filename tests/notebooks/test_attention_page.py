"""The functions that the page "Attention: a decoder-only Transformer" defines are those of the package and of torch."""

import pytest
import torch
from page_functions import load_page_functions
from pages import ROOT
from torch.nn import functional as F

from genbook.autoregressive import Rotary
from genbook.autoregressive.attention import MultiHead, attention
from genbook.autoregressive.positions import line
from genbook.numerics import seeded

PAGE = load_page_functions(ROOT / "chapters" / "autoregressive" / "attention.ipynb")


def test_attention() -> None:
    with seeded(0):
        q, k, v = torch.randn(3, 2, 3, 11, 8).double()
    ours = PAGE.attention(q, k, v)
    torch.testing.assert_close(ours, attention(q, k, v), rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(ours, F.scaled_dot_product_attention(q, k, v, is_causal=True), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_multi_head(heads: int) -> None:
    with seeded(1):
        layer, h = MultiHead(8, heads).double(), torch.randn(2, 6, 8).double()
    ours = PAGE.multi_head(h, layer.qkv.weight, layer.qkv.bias, layer.join.weight, layer.join.bias, heads)
    torch.testing.assert_close(ours, layer(h, turn=lambda x: x), rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("base", [50.0, 10_000.0])
def test_rotate(base: float) -> None:
    with seeded(2):
        x = torch.randn(2, 3, 20, 8).double()
    ours = PAGE.rotate(x, torch.arange(20), base)
    torch.testing.assert_close(ours, Rotary(line(20), 8, base).turn(x, 0), rtol=1e-10, atol=1e-10)
