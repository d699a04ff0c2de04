"""The explorer of attributes: sliders move the noise and the picture follows."""

import pytest
import torch
from torch import nn

from genbook.flows import Dequantised, Flow, Logit, UniformNoise, glow
from genbook.interactive import explore_attributes
from genbook.numerics import seeded


def model() -> Dequantised:
    with seeded(0):
        inner = glow((1, 4, 4), steps=1, width=4, levels=1)
    return Dequantised(Flow(inner.base, [Logit(), *inner.transform.transforms]), UniformNoise(), (1, 4, 4), 8).eval()


def test_sliders_move_the_picture_and_back() -> None:
    with seeded(1):
        x = torch.randint(8, (3, 1, 4, 4)).float()
    box = explore_attributes(model(), x, {"slant": torch.ones(1, 4, 4), "size": -torch.ones(1, 4, 4)})
    image, slant, _, picture = box.children
    at_start = picture.value
    slant.value = 1.5
    assert picture.value != at_start
    slant.value = 0.0
    assert picture.value == at_start
    image.value = 2
    assert picture.value != at_start


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda x, d: explore_attributes(nn.Linear(2, 2), x, d), "expected a genbook.flows.Dequantised"),
        (lambda x, d: explore_attributes(model(), x[:, 0], d), "expected"),
        (lambda x, _: explore_attributes(model(), x, {"a": torch.zeros(4)}), "direction a has shape"),
    ],
)
def test_what_does_not_fit_is_refused(make, message) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        make(torch.zeros(2, 1, 4, 4), {})
