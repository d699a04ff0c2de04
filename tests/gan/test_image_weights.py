"""The generators of digits that the pages load draw what their cards state."""

import pytest
import torch
from torch import Tensor

from genbook.data.glyphs import draw_factors, render
from genbook.evaluation import frechet_distance, glyph_classifier
from genbook.gan import ConditionalGenerator, DCGANGenerator
from genbook.numerics import seeded
from genbook.training import load_weights, shipped

DIGITS = "0123456789"


def real(n: int) -> Tensor:
    """Return the glyphs of digits that the generators were measured on, levels 0 to 255."""
    factors, still = draw_factors(n, 2, DIGITS), torch.zeros(n)
    factors = factors._replace(x=still, y=still, scale=still + 0.62, rotation=factors.rotation / 2)
    return (render(factors, 28, DIGITS) * 16 / 255).round() * 255 / 16


def levels(x: Tensor) -> Tensor:
    """Return images in [-1, 1] on 17 levels from 0 to 255."""
    return (8 * (x + 1)).round() * 255 / 16


def test_the_distance_of_the_dcgan_is_that_of_its_card() -> None:
    generator, judge = DCGANGenerator(32, 32), glyph_classifier()
    metrics = load_weights(generator, "dcgan-glyphs")["metrics"]
    with seeded(0), torch.no_grad():
        drawn = levels(generator.eval()(torch.randn(2000, 32)))
    distance = frechet_distance(judge.features(drawn), judge.features(real(2000)))
    assert distance == pytest.approx(metrics["Frechet distance to 2,000 real glyphs, ~"], rel=0.1)


def test_the_conditional_generator_obeys_as_its_card_states() -> None:
    generator, judge = ConditionalGenerator(DCGANGenerator(32 + 16, 32), 10, 16), glyph_classifier()
    metrics = load_weights(generator, "cgan-glyphs")["metrics"]
    asked = torch.arange(10).repeat(100)
    with seeded(0), torch.no_grad():
        seen = judge(levels(generator.eval()(torch.randn(1000, 32), asked))).argmax(1)
    agree = (seen == asked).float().mean().item()
    assert agree == pytest.approx(metrics["share of 4,000 draws seen as the class asked for"], abs=0.025)


@pytest.mark.parametrize("name", ["dcgan-glyphs", "cgan-glyphs"])
def test_weights_are_small(name: str) -> None:
    assert shipped(name).stat().st_size < 1_000_000
