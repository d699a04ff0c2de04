"""From a model's probabilities to the whole numbers that a coder can share out without rounding."""

import numpy as np

BITS = 24  # frequencies are shares of 2^24: with 256 symbols the rounding costs under 0.00003 bits a symbol


def frequencies(p: np.ndarray, bits: int = BITS) -> np.ndarray:
    """Return whole numbers close to 2^bits p that sum to 2^bits in every row, each at least 1; (n, V) -> (n, V).

    Every symbol keeps one share, so that what the model thinks impossible can still be sent; the rest is given in
    proportion to `p`, rounded down, and what rounding leaves over goes to the likeliest symbol. The result is a pure
    function of the bits of `p`. A row whose sum is not quite one is scaled.

    Raises:
        ValueError: `p` has no symbols or more than 2^bits / 2, or holds a NaN, an infinity, a negative number or a
            row of zeros.

    >>> frequencies(np.array([[0.5, 0.5, 0.0]]), bits=4)
    array([[8, 7, 1]])
    """
    if p.ndim != 2 or not 1 <= p.shape[1] <= 1 << (bits - 1):
        raise ValueError(f"p has shape {p.shape}, expected (n, V) with 1 <= V <= {1 << (bits - 1)} symbols.")
    total = p.sum(axis=1, keepdims=True, dtype=np.float64)
    if not (np.isfinite(total).all() and (total > 0).all() and p.min() >= 0):
        raise ValueError("p holds a negative, NaN or infinite entry or a row of zeros, expected probabilities.")
    share = (p * (((1 << bits) - p.shape[1]) / total)).astype(np.int64) + 1  # (n, V), rounded down
    share[np.arange(len(p)), p.argmax(axis=1)] += (1 << bits) - share.sum(axis=1)
    return share


def cumulative(share: np.ndarray) -> np.ndarray:
    """Return where every symbol's share begins, and the total at the end; (n, V) -> (n, V + 1).

    >>> cumulative(np.array([[8, 7, 1]]))
    array([[ 0,  8, 15, 16]])
    """
    bounds = np.zeros((share.shape[0], share.shape[1] + 1), dtype=np.int64)
    np.cumsum(share, axis=1, out=bounds[:, 1:])
    return bounds
