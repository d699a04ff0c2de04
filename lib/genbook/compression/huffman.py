"""Huffman's code: the best that whole bits a symbol can do."""

import heapq
from collections.abc import Hashable, Mapping
from itertools import count
from math import isfinite

from genbook.compression.trie import canonical_code


def huffman_lengths(weights: Mapping[Hashable, float]) -> dict[Hashable, int]:
    """Return the codeword lengths that minimise the mean length for symbols of these weights (Huffman 1952).

    The two lightest trees are joined until one is left; a symbol's depth in it is its length. Weights need not sum to
    one, ties go to the earlier symbol, and a single symbol gets length 0. The Kraft sum is exactly one, and with
    p = weights / sum the mean length L satisfies H(p) <= L < H(p) + 1.

    Raises:
        ValueError: there are no symbols, or a weight is not a positive finite number.

    >>> huffman_lengths({"a": 5, "b": 2, "c": 1, "d": 1})
    {'a': 1, 'b': 2, 'c': 3, 'd': 3}
    """
    if not weights:
        raise ValueError("weights is empty, expected a weight for at least one symbol.")
    for symbol, weight in weights.items():
        if not (weight > 0 and isfinite(weight)):
            raise ValueError(
                f"the weight of {symbol!r} is {weight}, expected a positive number: leave out what never occurs."
            )
    lengths = dict.fromkeys(weights, 0)
    age = count()  # breaks ties, so that symbols are never compared with each other
    trees = [(weight, next(age), [symbol]) for symbol, weight in weights.items()]
    heapq.heapify(trees)
    while len(trees) > 1:
        light, _, left = heapq.heappop(trees)
        heavy, _, right = heapq.heappop(trees)
        for symbol in left + right:
            lengths[symbol] += 1
        heapq.heappush(trees, (light + heavy, next(age), left + right))
    return lengths


def huffman_code(weights: Mapping[Hashable, float]) -> dict[Hashable, str]:
    """Return the canonical code with Huffman's lengths, ready for `Trie`.

    >>> huffman_code({"a": 5, "b": 2, "c": 1, "d": 1})
    {'a': '0', 'b': '10', 'c': '110', 'd': '111'}
    """
    return canonical_code(huffman_lengths(weights))


def mean_length(code: Mapping[Hashable, str], weights: Mapping[Hashable, float]) -> float:
    """Return the mean codeword length in bits a symbol when symbols occur in proportion to `weights`.

    >>> mean_length({"a": "0", "b": "10", "c": "11"}, {"a": 2, "b": 1, "c": 1})
    1.5
    """
    return sum(weight * len(code[symbol]) for symbol, weight in weights.items()) / sum(weights.values())
