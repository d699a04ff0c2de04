"""Mu-law: the curve of G.711, its inverse, and what quantisation costs."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.autoregressive import MuLaw


@given(st.floats(-1, 1), st.sampled_from([2, 3, 16, 255, 256, 1024]))
def test_the_round_trip_stays_within_half_a_level(a, levels):
    law = MuLaw(levels)
    amplitude = torch.tensor([a], dtype=torch.float64)
    back = law.decode(law.encode(amplitude))
    assert abs(float(law.compress(back) - law.compress(amplitude))) <= 1 / law.mu + 1e-9


@pytest.mark.parametrize("levels", [2, 16, 256])
def test_every_level_survives_the_round_trip(levels):
    law, x = MuLaw(levels), torch.arange(float(levels))
    assert torch.equal(law.encode(law.decode(x)), x)
    assert (law.decode(x).diff() > 0).all() and law.decode(x)[[0, -1]].tolist() == [-1.0, 1.0]


def test_the_curve_is_that_of_the_recommendation():
    """Values by hand: F(1/255) = log 2 / log 256 = 1/8, F(3/255) = 2/8, F(15/255) = 4/8, and F is odd."""
    a = torch.tensor([1 / 255, 3 / 255, 15 / 255, 1.0, -15 / 255], dtype=torch.float64)
    expected = torch.tensor([0.125, 0.25, 0.5, 1.0, -0.5], dtype=torch.float64)
    torch.testing.assert_close(MuLaw(256).compress(a), expected)
    torch.testing.assert_close(MuLaw(256).expand(expected), a)


def test_the_curve_solves_its_differential_equation():
    """A step in proportion to 1/mu + |a| means F'(a) = 1 / (log(1 + mu) (1/mu + |a|))."""
    law = MuLaw(256)
    a = torch.linspace(-0.99, 0.99, 200, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(law.compress(a).sum(), a)
    torch.testing.assert_close(slope, 1 / (math.log(256) * (1 / 255 + a.detach().abs())))


def test_quiet_tones_keep_a_better_ratio_than_with_even_levels():
    time = torch.arange(4000, dtype=torch.float64) / 4000

    def ratio(coded, tone):
        return 10 * math.log10(float(tone.square().mean() / (coded - tone).square().mean()))  # dB

    for peak, better in ((0.01, True), (0.1, True), (1.0, False)):
        tone = peak * torch.sin(2 * torch.pi * 97 * time)
        even = ((tone + 1) / 2 * 255).round() / 255 * 2 - 1
        law = MuLaw(256)
        assert (ratio(law.decode(law.encode(tone)), tone) > ratio(even, tone)) == better


def test_features_are_the_companded_value_and_the_amplitude():
    law = MuLaw(256)
    x = torch.tensor([[0.0, 128.0, 255.0]])
    assert law(x).shape == (1, 3, 2)
    torch.testing.assert_close(law(x)[..., 1], law.decode(x))
    torch.testing.assert_close(law(x)[..., 0], law.compress(law.decode(x)))


@pytest.mark.parametrize(
    "a, error, words",
    [
        (torch.tensor([1.5]), ValueError, "divide by the peak"),
        (torch.tensor([torch.nan]), ValueError, "NaN or infinite"),
        (torch.tensor([1]), TypeError, "floating"),
        ([0.5], TypeError, "floating"),
    ],
)
def test_bad_amplitudes_are_refused(a, error, words):
    with pytest.raises(error, match=words):
        MuLaw(256).encode(a)


@pytest.mark.parametrize("levels", [1, 0, 2.5, True])
def test_bad_numbers_of_levels_are_refused(levels):
    with pytest.raises((TypeError, ValueError), match="levels is"):
        MuLaw(levels)
