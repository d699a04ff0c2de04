"""Ideal code lengths: what a message costs when a symbol of probability p may take -log2 p bits, a fraction included.

This is the one part of the package that counts in bits, because codes are made of them.
"""

from collections.abc import Sequence
from math import fsum, log2


def entropy(p: Sequence[float]) -> float:
    """Return H(p) = -sum p log2 p in bits: the least mean length of any decodable code (Shannon 1948).

    Raises:
        ValueError: `p` is not a probability vector.

    >>> entropy([0.5, 0.25, 0.25])
    1.5
    """
    return cross_entropy(p, p)


def cross_entropy(p: Sequence[float], q: Sequence[float]) -> float:
    """Return -sum p log2 q in bits: the mean ideal length when symbols come from p and the code was made for q.

    Raises:
        ValueError: `p` or `q` is not a probability vector, or their lengths differ.

    >>> cross_entropy([0.5, 0.5], [0.25, 0.75]) == entropy([0.5, 0.5]) + kl([0.5, 0.5], [0.25, 0.75])
    True
    """
    for name, vector in (("p", p), ("q", q)):
        if not vector or not all(v >= 0 for v in vector) or abs(fsum(vector) - 1) > 1e-6:
            raise ValueError(
                f"{name} sums to {fsum(vector):g}, expected non-negative numbers that sum to 1: normalise it."
            )
    if len(p) != len(q):
        raise ValueError(f"p has {len(p)} symbols and q has {len(q)}, expected the same alphabet.")
    if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
        return float("inf")
    return -fsum(a * log2(b) for a, b in zip(p, q, strict=True) if a > 0)


def kl(p: Sequence[float], q: Sequence[float]) -> float:
    """Return KL(p || q) in bits: what coding with the wrong model q costs on top of the entropy."""
    return cross_entropy(p, q) - entropy(p)
