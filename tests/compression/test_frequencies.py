"""Whole-number frequencies: complete, never zero, close to what the model said."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from genbook.compression import cumulative, frequencies

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=40).filter(lambda p: sum(p) > 1e-3).map(np.array)


@given(probabilities, st.integers(7, 30))
def test_frequencies_fill_the_whole_and_leave_nothing_impossible(p, bits):
    share = frequencies(p[None], bits)
    assert share.sum() == 1 << bits and share.min() >= 1
    assert np.array_equal(share, frequencies(p[None].copy(), bits))
    assert np.array_equal(np.diff(cumulative(share)), share)


@given(probabilities)
def test_coding_with_them_costs_next_to_nothing_more(p):
    p = p / p.sum()
    q = frequencies(p[None])[0] / 2**24
    assert (p[p > 0] * np.log2(p[p > 0] / q[p > 0])).sum() < 2 * len(p) / 2**24


def test_rows_are_independent_and_float32_rows_that_do_not_quite_sum_to_one_are_scaled():
    p = np.random.default_rng(0).dirichlet(np.ones(17), size=5).astype(np.float32)
    together = frequencies(p)
    assert np.array_equal(together, np.concatenate([frequencies(row[None]) for row in p]))
    assert np.abs(frequencies(2 * p) - together).max() <= 1


@pytest.mark.parametrize(
    "p", [[[np.nan, 1.0]], [[np.inf, 1.0]], [[-0.1, 1.1]], [[0.0, 0.0]], [[]], [0.5, 0.5], [[1.0] * 20]], ids=str
)
def test_bad_probabilities_get_one_sentence(p):
    with pytest.raises(ValueError, match="expected"):
        frequencies(np.array(p), bits=5)
