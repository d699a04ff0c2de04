"""Plucked strings and chords, synthesised, with known pitch, length and decay."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count, check_finite, check_seed

NOTES = (48, 72)  # MIDI numbers: C3 (130.8 Hz) to C5 (523.3 Hz), both included
CHORDS = {"major": (0, 4, 7), "minor": (0, 3, 7), "diminished": (0, 3, 6), "augmented": (0, 4, 8)}
DURATION = (0.4, 1.0)  # share of the clip after which the string is damped
DECAY = (0.5, 3.0)  # seconds in which the fundamental falls by 60 dB
RATES = (4000, 48_000)
PEAK = 0.9
RELEASE = 0.02  # seconds that damping takes
MOST_SAMPLES = 200_000_000


class Tones(NamedTuple):
    """Clips x (n, T), float in [-1, 1], and what they were made of.

    note: (n, voices), int64, MIDI numbers (69 is 440 Hz), lowest first; kind: (n,), int64, 0 for single notes, else an
    index into `CHORDS`; duration: (n,), seconds until the string is damped; decay: (n,), seconds to fall by 60 dB;
    rate: samples a second.
    """

    x: Tensor
    note: Tensor
    kind: Tensor
    duration: Tensor
    decay: Tensor
    rate: int

    def to(self, device: torch.device | str) -> "Tones":
        """Return the same clips on `device`."""
        return Tones(*(part.to(device) for part in self[:-1]), self.rate)


def tones(n: int, seconds: float = 0.5, rate: int = 8000, seed: int = 0) -> Tones:
    """Return `n` plucked strings; note, duration and decay are uniform over `NOTES`, `DURATION` and `DECAY`.

    Clip i depends on (seed, i), `seconds` and `rate` only, so 100 clips are the first of 200.

    Raises:
        TypeError, ValueError: `n` or `seed` is no whole number in range, `seconds` not in [0.05, 60], `rate` not in
            [4000, 48000] Hz, or more than 200 million samples in all.

    >>> data = tones(3)
    >>> data.x.shape, data.note.shape
    (torch.Size([3, 4000]), torch.Size([3, 1]))
    """
    return _drawn(n, seconds, rate, seed, {"single": (0,)})


def chords(n: int, seconds: float = 0.5, rate: int = 8000, seed: int = 0) -> Tones:
    """Return `n` chords of three plucked strings: the root is uniform over `NOTES`, the kind over `CHORDS`.

    Raises:
        TypeError, ValueError: as `tones`.

    >>> data = chords(2)
    >>> (data.note - data.note[:, :1]).tolist(), data.kind.tolist()
    ([[0, 4, 7], [0, 3, 7]], [0, 1])
    """
    return _drawn(n, seconds, rate, seed, CHORDS)


def pluck(note: Tensor, decay: Tensor, noise: Tensor, samples: int, rate: int = 8000) -> Tensor:
    """Return plucked strings, (n, samples): a delay line of one period that is averaged each time round.

    Karplus and Strong (1983), with the all-pass tuning of Jaffe and Smith (1983, section 3), in one recursive filter:
    y = excitation + g z^-P (1 + z^-1) / 2 (C + z^-1) / (1 + C z^-1) y. The fundamental has the pitch of `note`.

    Args:
        note: (n,), MIDI numbers, from 21; the period must be at least 4 samples.
        decay: (n,), seconds in which the fundamental falls by 60 dB, above 0.
        noise: (n, K), the excitation; the first period of it is used, less its mean. K is at least one period.
        samples: length of the clips.
        rate: samples a second.

    Raises:
        TypeError, ValueError: shapes that do not fit, NaN, a pitch or decay out of range, too little noise.
    """
    frequency = _check_pluck(note, decay, noise, rate)
    check_count(samples, "samples", most=MOST_SAMPLES)
    from scipy.signal import lfilter  # noqa: PLC0415 - slow to import

    clips = np.empty((len(frequency), samples))
    for i, (f, fall, burst) in enumerate(zip(frequency, decay.double().numpy(), noise.double().numpy(), strict=True)):
        numerator, denominator, period = _loop(float(f), float(fall), rate)
        excitation = np.zeros(max(samples, period))
        excitation[:period] = burst[:period] - burst[:period].mean()
        clips[i] = lfilter(numerator, denominator, excitation)[:samples]
    return torch.from_numpy(clips).to(noise.dtype)


def _loop(frequency: float, decay: float, rate: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Return numerator and denominator of the string's filter, and its whole delay P."""
    delay = rate / frequency - 0.5  # the average of two neighbours delays by half a sample
    period = math.floor(delay - 0.1)
    rest = delay - period  # in [0.1, 1.1), where the all-pass is stable and quick
    tuning = (1 - rest) / (1 + rest)
    gain = 10 ** (-3 / (frequency * decay)) / math.cos(math.pi * frequency / rate)
    numerator = np.array([1.0, tuning])
    denominator = np.zeros(period + 3)
    denominator[:2] += numerator
    denominator[period:] -= min(gain, 1.0) / 2 * np.convolve([1.0, 1.0], [tuning, 1.0])
    return numerator, denominator, period


def _drawn(n: int, seconds: float, rate: int, seed: int, kinds: dict[str, tuple[int, ...]]) -> Tones:
    samples = _check_drawn(n, seconds, rate, seed)
    u = np.random.Generator(np.random.Philox(key=(seed, 0))).random((n, 4))  # filled row by row
    lowest = NOTES[0] + (u[:, 0] * (NOTES[1] - NOTES[0] + 1)).astype(np.int64)
    kind = (u[:, 1] * len(kinds)).astype(np.int64)
    note = torch.from_numpy(lowest[:, None] + np.array(list(kinds.values()))[kind])  # (n, voices)
    duration = torch.from_numpy(seconds * _between(DURATION, u[:, 2])).float()
    decay = torch.from_numpy(_between(DECAY, u[:, 3])).float()
    voices, period = note.shape[1], math.ceil(rate / float(_frequency(torch.tensor(NOTES[0]))))
    noise = np.random.Generator(np.random.Philox(key=(seed, 1))).random((n * voices, period))
    strings = pluck(note.flatten(), decay.repeat_interleave(voices), torch.from_numpy(2 * noise - 1), samples, rate)
    x = strings.reshape(n, voices, samples).sum(1)
    time = torch.arange(samples) / rate
    x = x * ((duration[:, None] - time) / RELEASE + 1).clamp(0, 1)  # damped after its duration
    x = (PEAK * x / x.abs().amax(1, keepdim=True)).float()
    return Tones(x, note, torch.from_numpy(kind), duration, decay, rate)


def _between(bounds: tuple[float, float], u: np.ndarray) -> np.ndarray:
    return bounds[0] + (bounds[1] - bounds[0]) * u


def _frequency(note: Tensor) -> Tensor:
    return 440 * 2 ** ((note.double() - 69) / 12)


def _check_drawn(n: int, seconds: float, rate: int, seed: int) -> int:
    """Return the number of samples a clip, or raise."""
    check_count(n, most=MOST_SAMPLES)
    check_seed(seed)
    check_count(rate, "rate", most=RATES[1])
    if rate < RATES[0]:
        raise ValueError(f"rate is {rate}, expected {RATES[0]} to {RATES[1]} samples a second.")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise TypeError(f"seconds is {seconds!r} of type {type(seconds).__name__}, expected a number.")
    if not 0.05 <= seconds <= 60:
        raise ValueError(f"seconds is {seconds}, expected 0.05 to 60.")
    samples = round(seconds * rate)
    if n * samples > MOST_SAMPLES:
        raise ValueError(f"{n} clips of {samples} samples are too many, expected at most {MOST_SAMPLES} in all.")
    return samples


def _check_pluck(note: Tensor, decay: Tensor, noise: Tensor, rate: int) -> np.ndarray:
    """Return the frequencies in Hz, (n,), or raise."""
    shapes = [tuple(part.shape) for part in (note, decay, noise)]
    if note.dim() != 1 or decay.shape != note.shape or noise.dim() != 2 or len(noise) != len(note) or not len(note):
        raise ValueError(f"note, decay and noise have shapes {shapes}, expected (n,), (n,) and (n, K), n >= 1.")
    for name, part in {"note": note, "decay": decay, "noise": noise}.items():
        check_finite(part, name)
    check_count(rate, "rate")
    frequency = _frequency(note)
    if note.min() < 21 or frequency.max() > rate / 5 or decay.min() <= 0:
        raise ValueError(
            f"note goes from {note.min().item()} to {note.max().item()} and decay from {decay.min().item():g} s, "
            f"expected notes from 21, below {rate / 5:g} Hz, and positive decays."
        )
    if noise.shape[1] < rate / float(frequency.min()):
        period = math.ceil(rate / float(frequency.min()))
        raise ValueError(f"noise has {noise.shape[1]} samples, expected at least one period, {period}.")
    return frequency.numpy()
