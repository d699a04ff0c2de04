"""Directions of attributes in the noise, and the shipped Glow of glyphs whose noise they live in."""

import json
from importlib.resources import files

import pytest
import torch
from torch import Tensor

from genbook.data import glyphs
from genbook.evaluation import nats
from genbook.flows import Dequantised, Flow, Logit, UniformNoise, attribute_direction, glow
from genbook.numerics import dequantise, seeded
from genbook.training import load_weights

SHAPE, LEVELS = (1, 16, 16), 32


def shipped() -> Dequantised:
    """The Glow of the page, with its weights."""
    inner = glow(SHAPE, steps=6, width=48, levels=2)
    flow = Flow(inner.base, [Logit(0.05), *inner.transform.transforms])
    model = Dequantised(flow, UniformNoise(), SHAPE, LEVELS)
    load_weights(model, "glow-glyphs")
    return model.eval()


def shear(x: Tensor) -> Tensor:
    """How far the ink moves to the right per unit of height, from its second moments: (N, 1, 16, 16) -> (N,)."""
    ink = x[:, 0] / x.sum((1, 2, 3)).clamp(min=1)[:, None, None]
    across, up = torch.arange(16.0)[None, None, :], -torch.arange(16.0)[None, :, None]
    a = across - (ink * across).sum((1, 2), keepdim=True)
    b = up - (ink * up).sum((1, 2), keepdim=True)
    return (ink * a * b).sum((1, 2)) / (ink * b * b).sum((1, 2))


def test_a_direction_points_from_low_to_high_whatever_the_order_of_rows():
    with seeded(0):
        true = torch.tensor([2.0, -1.0, 0.0])
        a = torch.rand(4000)
        z = a[:, None] * true + 0.1 * torch.randn(4000, 3)
        mixed = torch.randperm(4000)
    direction = attribute_direction(z, a)
    torch.testing.assert_close(direction, 0.75 * true, atol=0.05, rtol=0)  # quarter means of a uniform: 7/8 - 1/8
    torch.testing.assert_close(attribute_direction(z[mixed], a[mixed]), direction, atol=1e-4, rtol=0)


@pytest.mark.parametrize("share", [0.0, 0.6, 1e-9])
def test_a_share_without_rows_is_refused(share):
    with pytest.raises(ValueError, match="expected"):
        attribute_direction(torch.zeros(10, 2), torch.arange(10.0), share)
    with pytest.raises(ValueError, match="expected"):
        attribute_direction(torch.zeros(10, 2), torch.arange(9.0))


def test_the_shipped_weights_have_the_bound_of_their_card():
    card = json.loads((files("genbook.weights") / "glow-glyphs.json").read_text())
    x = (glyphs(1000, 16, 2, characters="0123456789").x // 8).float()
    with seeded(0):
        measured = sum(nats(shipped(), x).mean for _ in range(3)) / 3
    assert abs(measured - card["metrics"]["test nats, <="]) < 0.3  # three draws of the noise instead of five


@torch.no_grad()
def test_moving_along_the_slant_slants():
    """By the shear of the ink, on glyphs from which the direction was not computed."""
    model = shipped()
    data = glyphs(500, 16, 3, characters="0123456789")
    x = (data.x // 8).float()
    z = model.flow(dequantise(x, torch.full_like(x, 0.5), LEVELS))[0]
    direction = attribute_direction(z[100:], data.factors.slant[100:])
    sheared = [
        shear((model.flow.inverse(z[:100] + a * direction)[0] * LEVELS).floor().clamp(0, LEVELS - 1))
        for a in (-1.0, 0.0, 1.0)
    ]
    low, middle, high = (s.mean() for s in sheared)
    assert low + 0.03 < middle < high - 0.03
    assert (sheared[2] > sheared[0]).double().mean() > 0.8
