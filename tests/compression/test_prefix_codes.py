"""Prefix codes: Kraft's inequality both ways, Huffman against exhaustive search and against the entropy."""

import itertools
import math
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genbook.compression import (
    Trie,
    canonical_code,
    cross_entropy,
    entropy,
    huffman_code,
    huffman_lengths,
    kl,
    kraft_sum,
    mean_length,
    uniquely_decodable,
)

lengths = st.lists(st.integers(0, 6), min_size=1, max_size=12)
weights = st.lists(st.integers(1, 10**6), min_size=1, max_size=30).map(lambda w: dict(enumerate(w)))
vectors = st.integers(1, 8).flatmap(lambda n: st.tuples(*[st.lists(st.integers(1, 1000), min_size=n, max_size=n)] * 2))


@given(lengths)
def test_a_prefix_code_exists_exactly_when_the_kraft_sum_is_at_most_one(lengths):
    named = dict(enumerate(lengths))
    if sum(Fraction(1, 2**length) for length in lengths) > 1:
        with pytest.raises(ValueError, match="Kraft sum"):
            canonical_code(named)
    else:
        trie = Trie(canonical_code(named))  # raises unless prefix-free
        assert {symbol: len(word) for symbol, word in trie.code.items()} == named
        assert trie.kraft_sum == kraft_sum(lengths)


words = st.lists(st.text("01", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


@given(words)
def test_uniquely_decodable_codes_obey_kraft_and_the_others_are_caught_in_the_act(code):
    spellings = [
        "".join(message) for n in range(1, 5) for message in itertools.product(code, repeat=n) if len(code) ** n < 2000
    ]
    if uniquely_decodable(code):
        assert kraft_sum(map(len, code)) <= 1  # McMillan
        assert len(set(spellings)) == len(spellings)
    else:
        with pytest.raises(ValueError, match="prefix"):
            Trie(dict(enumerate(code)))


def test_a_code_that_is_not_prefix_free_can_be_decodable():
    code = ["0", "01", "11"]
    assert uniquely_decodable(code) and kraft_sum(map(len, code)) == 1
    with pytest.raises(ValueError, match="'0' of 'a' is a prefix"):
        Trie({"a": "0", "b": "01", "c": "11"})


@given(weights, st.data())
def test_huffman_messages_come_back(weights, data):
    trie = Trie(huffman_code(weights))
    if len(weights) > 1:
        message = data.draw(st.lists(st.sampled_from(list(weights)), max_size=50))
        bits = trie.encode(message)
        assert trie.decode(bits) == message
        assert len(bits) == sum(len(trie.code[symbol]) for symbol in message)


@given(weights)
def test_huffman_is_complete_and_within_one_bit_of_the_entropy(weights):
    code = huffman_code(weights)
    total = sum(weights.values())
    h = entropy([w / total for w in weights.values()])
    assert kraft_sum(map(len, code.values())) == 1
    assert h - 1e-9 <= mean_length(code, weights) < h + 1


@settings(max_examples=30)
@given(st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_no_lengths_that_obey_kraft_beat_huffman(weights):
    n = len(weights)
    best = min(
        sum(w * length for w, length in zip(weights, lengths, strict=True))
        for lengths in itertools.product(range(n), repeat=n)
        if sum(2.0**-length for length in lengths) <= 1
    )
    found = huffman_lengths(dict(enumerate(weights)))
    assert sum(w * found[i] for i, w in enumerate(weights)) == best


def test_huffman_on_halves_reaches_the_entropy_and_on_a_sure_thing_wastes_almost_a_bit():
    assert mean_length(huffman_code({"a": 4, "b": 2, "c": 1, "d": 1}), {"a": 4, "b": 2, "c": 1, "d": 1}) == 1.75
    sure = {"a": 0.999, "b": 0.001}
    assert mean_length(huffman_code(sure), sure) - entropy(list(sure.values())) > 0.98


@given(vectors)
def test_a_wrong_model_costs_exactly_the_kl_in_ideal_length(pair):
    p, q = ([v / sum(vector) for v in vector] for vector in pair)
    by_hand = sum(a * (math.log2(a) - math.log2(b)) for a, b in zip(p, q, strict=True))
    assert kl(p, q) == pytest.approx(by_hand, abs=1e-9)
    assert cross_entropy(p, q) == pytest.approx(entropy(p) + by_hand, abs=1e-9)
    assert kl(p, q) >= -1e-12 and kl(p, p) == 0


def test_what_the_model_thinks_impossible_costs_infinitely_many_bits():
    assert cross_entropy([0.5, 0.5], [1.0, 0.0]) == math.inf
    assert cross_entropy([1.0, 0.0], [0.5, 0.5]) == 1


def test_nodes_come_parents_first_and_hold_the_symbols_at_the_leaves():
    nodes = list(Trie({"e": "0", "t": "10", "a": "11"}).nodes())
    assert nodes == [("", None), ("0", "e"), ("1", None), ("10", "t"), ("11", "a")]


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: Trie({}), "empty"),
        (lambda: Trie({"a": "0", "b": "0"}), "share"),
        (lambda: Trie({"a": "02"}), "0 and 1"),
        (lambda: Trie({"a": "0", "b": "10"}).decode("11"), "begin no codeword"),
        (lambda: Trie({"a": "0", "b": "10"}).decode("01"), "cut short"),
        (lambda: Trie({"a": ""}).decode(""), "one symbol"),
        (lambda: Trie({"a": "0"}).encode("b"), "no codeword for 'b'"),
        (lambda: canonical_code({}), "empty"),
        (lambda: kraft_sum([-1]), "negative|-1"),
        (lambda: huffman_lengths({}), "empty"),
        (lambda: huffman_lengths({"a": 0}), "weight of 'a'"),
        (lambda: huffman_lengths({"a": math.nan}), "weight of 'a'"),
        (lambda: entropy([0.5, 0.6]), "sums to 1.1"),
        (lambda: entropy([]), "sum to 1"),
        (lambda: kl([1.0], [0.5, 0.5]), "same alphabet"),
    ],
)
def test_bad_input_gets_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()
