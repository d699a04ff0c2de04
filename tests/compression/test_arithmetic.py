"""The exact interval coder: widths are probabilities, codes are short, disjoint and readable."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genbook.compression import interval, narrow, shortest_bits, symbol_at

UNIT = (Fraction(0), Fraction(1))
steps = st.lists(
    st.lists(st.integers(0, 9), min_size=2, max_size=4)
    .filter(any)
    .flatmap(lambda f: st.tuples(st.just(f), st.sampled_from([i for i, v in enumerate(f) if v]))),
    max_size=12,
)


@given(steps)
def test_width_is_the_probability_and_the_code_is_within_two_bits_of_ideal(steps):
    low, width = interval(steps)
    assert width == math.prod((Fraction(f[s], sum(f)) for f, s in steps), start=Fraction(1))
    bits = shortest_bits((low, width))
    first = Fraction(int(bits or "0", 2), 2 ** len(bits))
    assert low <= first and first + Fraction(1, 2 ** len(bits)) <= low + width
    assert len(bits) < 2 - math.log2(width)


@given(steps)
def test_decoding_finds_every_symbol_from_the_bits(steps):
    bits = shortest_bits(interval(steps))
    point, part = Fraction(int(bits or "0", 2), 2 ** len(bits)), UNIT
    for frequencies, symbol in steps:
        found = symbol_at(point, part, frequencies)
        assert found == symbol
        part = narrow(part, frequencies, found)


def test_codes_of_all_messages_form_a_prefix_code():
    messages = [(a, b, c) for a in range(3) for b in range(3) for c in range(3)]
    codes = [shortest_bits(interval(([5, 2, 1], s) for s in message)) for message in messages]
    assert not any(a != b and b.startswith(a) for a in codes for b in codes)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: narrow(UNIT, [1, 0], 1), "no share"),
        (lambda: narrow(UNIT, [1, 1], 2), "no share"),
        (lambda: symbol_at(Fraction(1), UNIT, [1]), "outside"),
        (lambda: symbol_at(Fraction(0), UNIT, [0, 0]), "sum to 0"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
