"""Coverage is counted as a loop over draws and modes would count it, and agrees with what a Gaussian promises."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.data.toys import eight_gaussians, grid_gaussians
from genbook.gan import coverage
from genbook.numerics import seeded


def by_loops(x, means, noise, reach, least):
    counts, good = [0] * len(means), 0
    for row in x.tolist():
        away = [math.dist(row, mean) for mean in means.tolist()]
        if min(away) <= reach * noise:
            good += 1
            counts[away.index(min(away))] += 1
    return counts, sum(count >= least for count in counts), good / len(x)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 6), st.floats(0.05, 2.0), st.integers(1, 4))
def test_counts_are_those_of_a_loop(seed, dim, modes, noise, least):
    with seeded(seed):
        x, means = torch.randn(40, dim, dtype=torch.float64), torch.randn(modes, dim, dtype=torch.float64)
    found = coverage(x, means, noise, reach=1.5, least=least)
    counts, covered, good = by_loops(x, means, noise, 1.5, least)
    assert found.counts.tolist() == counts and found.covered == covered and found.modes == modes
    assert found.good == pytest.approx(good)


@pytest.mark.parametrize("reach", [1.0, 2.0, 3.0])
@pytest.mark.parametrize("toy, noise", [(eight_gaussians(2.0, 0.1), 0.1), (grid_gaussians(5, 1.0, 0.1), 0.1)])
def test_exact_draws_are_good_as_often_as_a_gaussian_says(toy, noise, reach):
    with seeded(0):
        found = coverage(toy.sample(20_000), toy.means, noise, reach)
    assert found.good == pytest.approx(1 - math.exp(-(reach**2) / 2), abs=0.015)
    assert found.covered == len(toy.means)


def test_a_collapsed_generator_covers_one_mode_with_good_draws():
    toy = eight_gaussians(2.0, 0.1)
    found = coverage(toy.means[:1].repeat(1000, 1), toy.means, 0.1)
    assert (found.covered, found.good) == (1, 1.0) and found.counts.tolist() == [1000] + [0] * 7


def test_a_single_lucky_draw_is_no_coverage():
    toy = eight_gaussians(2.0, 0.1)
    x = torch.cat([toy.means[:1].repeat(1000, 1), toy.means[1:2].repeat(19, 1), toy.means[2:3].repeat(20, 1)])
    assert coverage(x, toy.means, 0.1).covered == 2
    assert coverage(x, toy.means, 0.1, least=1).covered == 3


@pytest.mark.parametrize(
    "change, message",
    [
        ({"x": torch.zeros(3, 3)}, "x has shape"),
        ({"x": torch.full((3, 2), torch.nan)}, "NaN"),
        ({"means": torch.zeros(2)}, "means are"),
        ({"noise": 0.0}, "noise is 0.0"),
        ({"reach": math.inf}, "reach is inf"),
        ({"least": 0}, "least is 0"),
    ],
)
def test_bad_input_is_named(change, message):
    with pytest.raises(ValueError, match=message):
        coverage(**{"x": torch.zeros(3, 2), "means": torch.zeros(2, 2), "noise": 0.1} | change)
