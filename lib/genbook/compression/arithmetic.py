"""Arithmetic coding in exact fractions: a message is an interval, and its code is the shortest binary fraction inside.

This is the idea in its plainest form, with numbers that grow as long as the message; `genbook.compression.rans` does
the same work in 64 bits.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction

Interval = tuple[Fraction, Fraction]  # (low, width): all numbers in [low, low + width)


def narrow(interval: Interval, frequencies: Sequence[int], symbol: int) -> Interval:
    """Return the part of `interval` that belongs to `symbol` when it is divided in proportion to `frequencies`.

    Raises:
        ValueError: `symbol` is outside the alphabet or has frequency 0.

    >>> narrow((Fraction(0), Fraction(1)), [1, 2, 1], 1)
    (Fraction(1, 4), Fraction(1, 2))
    """
    if not 0 <= symbol < len(frequencies) or frequencies[symbol] < 1:
        raise ValueError(f"symbol {symbol} has no share of the interval, expected one of positive frequency.")
    low, width = interval
    total = sum(frequencies)
    return low + width * Fraction(sum(frequencies[:symbol]), total), width * Fraction(frequencies[symbol], total)


def interval(steps: Iterable[tuple[Sequence[int], int]]) -> Interval:
    """Return the interval of a message given as (frequencies, symbol) pairs; its width is the message's probability.

    The frequencies may differ from step to step: that is how a model with a memory drives the coder
    (Witten, Neal and Cleary 1987).

    >>> interval([([1, 1], 1), ([1, 3], 0)])
    (Fraction(1, 2), Fraction(1, 8))
    """
    result = Fraction(0), Fraction(1)
    for frequencies, symbol in steps:
        result = narrow(result, frequencies, symbol)
    return result


def shortest_bits(interval: Interval) -> str:
    """Return the shortest bits b such that every binary fraction 0.b... lies in `interval`.

    For a width w it takes fewer than 2 - log2 w bits, two more than ideal for the whole message, and the bits of
    messages with disjoint intervals form a prefix code.

    >>> shortest_bits((Fraction(1, 2), Fraction(1, 8)))
    '100'
    """
    low, width = interval
    length = 0
    while True:
        cells = 2**length
        first = -(-low.numerator * cells // low.denominator)  # the first multiple of 2^-length at or above low
        if Fraction(first + 1, cells) <= low + width:
            return format(first, f"0{length}b") if length else ""
        length += 1


def symbol_at(point: Fraction, interval: Interval, frequencies: Sequence[int]) -> int:
    """Return the symbol whose part of `interval` holds `point`: one step of decoding.

    >>> symbol_at(Fraction(5, 8), (Fraction(1, 2), Fraction(1, 2)), [1, 3])
    1
    """
    low, width = interval
    if not low <= point < low + width:
        raise ValueError(f"the point {point} lies outside [{low}, {low + width}): the bits belong to another message.")
    share = (point - low) / width * sum(frequencies)
    for symbol, frequency in enumerate(frequencies):
        if share < frequency:
            return symbol
        share -= frequency
    raise ValueError("the frequencies sum to 0, expected at least one positive frequency.")
