"""The functions that the page on compression defines are those of the library."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_functions import load_page_functions
from pages import ROOT

from genbook import compression

PAGE = load_page_functions(ROOT / "chapters" / "foundations" / "compression.ipynb")
WEIGHTS = st.dictionaries(st.integers(0, 30), st.integers(1, 50), min_size=1, max_size=12)
SHARES = st.lists(st.integers(1, 9), min_size=1, max_size=5)


@given(WEIGHTS)
def test_huffman_lengths_code_and_kraft_sum(weights):
    lengths = PAGE.huffman_lengths(weights)
    assert lengths == compression.huffman_lengths(weights)
    assert PAGE.kraft_sum(lengths.values()) == compression.kraft_sum(lengths.values()) == 1
    if len(weights) > 1:
        assert PAGE.canonical_code(lengths) == compression.canonical_code(lengths)


@given(st.lists(st.tuples(SHARES, st.integers(0, 4)), max_size=12))
def test_intervals_and_their_bits(steps):
    steps = [(shares, symbol % len(shares)) for shares, symbol in steps]
    low, width = Fraction(0), Fraction(1)
    for shares, symbol in steps:
        low, width = PAGE.narrow(low, width, shares, symbol)
    assert (low, width) == compression.interval(steps)
    assert PAGE.shortest_bits(low, width) == compression.shortest_bits((low, width))


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=300), st.sampled_from([2, 10, 24, 30]))
def test_push_and_pop(message, r):
    cuts = [0, 1, 1 << (r - 1), (1 << r) - 1, 1 << r]
    parts = [(a, b - a) for a, b in pairwise(cuts) if b > a]
    state, words, stack = 1 << 31, [], compression.Rans(r)
    pushed = [parts[v % len(parts)] for v in message]
    for start, f in pushed:
        state = PAGE.push(state, words, start, f, r)
        stack.push(start, f)
        assert (state, words) == (stack.state, stack.words)
    for start, f in reversed(pushed):
        assert start <= state % (1 << r) < start + f
        state = PAGE.pop(state, words, start, f, r)
        stack.pop(start, f)
        assert (state, words) == (stack.state, stack.words)
    assert (state, words) == (1 << 31, [])


@pytest.mark.parametrize("lengths", [[1, 2, 3, 3], [1, 1, 1], [0], [4] * 5])
def test_kraft_sum(lengths):
    assert PAGE.kraft_sum(lengths) == compression.kraft_sum(lengths)
