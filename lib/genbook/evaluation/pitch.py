"""The pitch of a wave, from its autocorrelation."""

import torch
from torch import Tensor

from genbook.checks import check_batch, check_count, check_finite

FINER = 8  # lags between two samples
NEAR = 0.9  # a peak counts as the period if it reaches this share of the highest


def pitch(a: Tensor, rate: int, low: float = 60.0, high: float = 1000.0) -> Tensor:
    """Return the fundamental frequency of waves a (n, T) in Hz, shape (n,), float64; NaN for silence.

    The period is the first peak of the autocorrelation that comes near the highest one between the periods of `high`
    and `low`; later ones are its multiples. Lags between samples come from zeros in the power spectrum, which is exact
    for a band-limited wave, and from a parabola through the three highest.

    Raises:
        TypeError, ValueError: a has a wrong shape or dtype or holds NaN, or `low`, `high` do not fit rate and length.

    >>> time = torch.arange(2000) / 4000
    >>> pitch(torch.sin(2 * torch.pi * 220 * time)[None], 4000).round().item()
    220.0
    """
    check_batch(a, (a.shape[-1] if isinstance(a, Tensor) and a.dim() else 1,), "a")
    check_finite(a, "a")
    check_count(rate, "rate")
    length = a.shape[1]
    if not rate * 2 / length < low < high < rate / 2:
        raise ValueError(
            f"low and high are {low:g} and {high:g} Hz, expected {rate * 2 / length:g} < low < high < {rate / 2:g}: "
            "two periods must fit into the wave, and two samples into a period."
        )
    a = a.double() - a.double().mean(1, keepdim=True)
    power = torch.fft.rfft(a, 2 * length).abs().square()
    lags = FINER * torch.fft.irfft(power, 2 * length * FINER)[:, : length * FINER]  # (n, FINER T)
    overlap = 1 - torch.arange(length * FINER, dtype=a.dtype, device=a.device) / (length * FINER)
    first, last = int(rate / high * FINER), int(rate / low * FINER) + 2
    r = (lags / overlap)[:, first:last]
    middle = r[:, 1:-1]
    peak = (middle >= r[:, :-2]) & (middle >= r[:, 2:]) & (middle >= NEAR * middle.amax(1, keepdim=True)) & (middle > 0)
    k = peak.int().argmax(1, keepdim=True)  # (n, 1), the first
    before, at, after = (r.gather(1, k + j).squeeze(1) for j in range(3))
    curve = before - 2 * at + after
    top = torch.where(curve < 0, (before - after) / (2 * curve), 0.0)  # of the parabola through the three
    found = rate * FINER / (k.squeeze(1) + first + 1 + top)
    return torch.where(peak.any(1), found, torch.nan)
