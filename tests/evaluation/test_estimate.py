import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genbook.evaluation import (
    Estimate,
    bits_per_character,
    bits_per_dim,
    from_bits_per_character,
    from_bits_per_dim,
    from_perplexity,
    mean_of_seeds,
    perplexity,
    rescaled,
)

CONVERSIONS = [
    (bits_per_dim, from_bits_per_dim),
    (bits_per_character, from_bits_per_character),
    (perplexity, from_perplexity),
]


def test_it_prints_one_digit_of_its_error():
    assert str(Estimate(86.714, 0.52, 447)) == "= 86.7 ± 0.5 nats"
    assert str(Estimate(90.44, 0.038, 447, "<=")) == "<= 90.44 ± 0.04 nats"
    assert str(Estimate(1.2345, 0.0021, 100, "~", "bits/dim")) == "~ 1.234 ± 0.002 bits/dim"
    assert "error unknown" in str(Estimate(3.0, math.nan, 1))


@pytest.mark.parametrize(("there", "back"), CONVERSIONS)
@given(
    mean=st.floats(0.1, 500),
    error=st.floats(0, 10),
    size=st.integers(2, 3000),
    relation=st.sampled_from(["=", "<=", "~"]),
)
def test_round_trips_keep_number_error_and_relation(there, back, mean, error, size, relation):
    start = Estimate(mean, error, 10, relation)
    end = back(there(start, size), size)
    assert end.mean == pytest.approx(mean, rel=1e-9, abs=1e-9)
    assert end.standard_error == pytest.approx(error, rel=1e-9, abs=1e-9)
    assert (end.relation, end.unit, end.n) == (relation, "nats", 10)


def test_conversions_agree_with_a_fair_die():
    """Ten throws of a die with 8 faces cost 10 log 8 nats: 3 bits a throw, perplexity 8."""
    throws = Estimate(10 * math.log(8), 0.0, 5)
    assert bits_per_dim(throws, 10).mean == pytest.approx(3)
    assert bits_per_character(throws, 10).mean == pytest.approx(3)
    assert perplexity(throws, 10).mean == pytest.approx(8)


def test_the_error_of_a_perplexity_follows_its_slope():
    low, high = (perplexity(Estimate(50 + d, 0.0, 5), 20).mean for d in (-1e-4, 1e-4))
    assert perplexity(Estimate(50, 0.7, 5), 20).standard_error == pytest.approx(0.7 * (high - low) / 2e-4, rel=1e-6)


def test_rescaling_turns_a_uniform_density_into_a_uniform_table():
    """The uniform density on [0, 1]^64 costs 0 nats; on the scale of 256 levels, 8 bits a dimension."""
    assert bits_per_dim(rescaled(Estimate(0.0, 0.0, 9), 64, 256), 64).mean == pytest.approx(8)


@pytest.mark.parametrize("function", [f for pair in CONVERSIONS for f in pair])
def test_a_wrong_unit_is_refused(function):
    with pytest.raises(ValueError, match="expected"):
        function(Estimate(3.0, 0.1, 5, "=", "apples"), 4)
    with pytest.raises(TypeError, match="expected an Estimate"):
        function(3.0, 4)


@pytest.mark.parametrize("size", [0, -3, 2.5, True])
def test_a_wrong_size_is_refused(size):
    with pytest.raises((ValueError, TypeError), match="dims is"):
        bits_per_dim(Estimate(3.0, 0.1, 5), size)


def test_an_unknown_relation_is_refused():
    with pytest.raises(ValueError, match="relation is '<'"):
        Estimate(1.0, 0.1, 3, "<")


@given(values=st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=6))
def test_the_spread_is_the_sample_deviation(values):
    import numpy as np

    spread = mean_of_seeds(values)
    assert spread.mean == pytest.approx(np.mean(values), abs=1e-9)
    assert spread.deviation == pytest.approx(np.std(values, ddof=1), abs=1e-9)


def test_seeds_must_agree_in_relation_and_unit():
    a, b = Estimate(90.0, 0.5, 10), Estimate(91.0, 0.5, 10, "<=")
    with pytest.raises(ValueError, match="differ in relation or unit"):
        mean_of_seeds([a, b])
    with pytest.raises(ValueError, match="differ in relation or unit"):
        mean_of_seeds([a, 91.0])
    assert str(mean_of_seeds([b, b])).startswith("<= 91.0")


@pytest.mark.parametrize("values", [[], [math.nan], [1.0, math.inf]])
def test_no_or_diverged_seeds_are_refused(values):
    with pytest.raises(ValueError, match="values"):
        mean_of_seeds(values)


def test_one_seed_has_no_spread():
    assert "spread unknown" in str(mean_of_seeds([3.0]))
