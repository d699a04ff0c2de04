"""Sounds on a page: a player with a label, the wave inside, no file and no other host."""

import base64
import html
import io
import wave
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from torch import Tensor

from genbook.checks import check_count
from genbook.viz.style import to_numpy

MOST_BYTES = 150_000  # of a sound on a page
SLOWEST = 8000  # samples a second: slower waves are resampled, since some browsers refuse them


@dataclass(frozen=True, repr=False)
class Sound:
    """A WAV file with a label and a caption; displays itself in notebooks as a player."""

    wav: bytes
    label: str
    caption: str

    def _repr_html_(self) -> str:
        data = base64.b64encode(self.wav).decode()
        player = (
            f'<audio controls preload="metadata" aria-label="{html.escape(self.label)}" style="max-width:100%" '
            f'src="data:audio/wav;base64,{data}"></audio>'
        )
        text = f"\n<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return f'<figure class="genbook-figure genbook-sound">\n{player}{text}\n</figure>'

    def __repr__(self) -> str:  # noqa: D105
        return f"[Sound: {self.label}]"


def sound(a: Tensor | ArrayLike, rate: int, label: str, caption: str = "") -> Sound:
    """Return a player for amplitudes a (T,) in [-1, 1] at `rate` samples a second, as a WAV of 16 bits a sample.

    Raises:
        TypeError: `a` does not hold numbers, or `rate` is no whole number.
        ValueError: `a` is no single finite wave within [-1, 1], `label` is empty, or the file is too large for a page.
    """
    samples = to_numpy(a, "a")
    check_count(rate, "rate", most=192_000)
    if samples.ndim != 1 or np.abs(samples).max() > 1:
        raise ValueError(
            f"a has shape {samples.shape} and reaches {np.abs(samples).max():g}, expected one wave (T,) in [-1, 1]."
        )
    if not label.strip():
        raise ValueError("label is empty, expected a sentence that says what is heard.")
    times = -(-SLOWEST // rate)
    samples = _finer(samples, times)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate * times)
        file.writeframes((32767 * samples.clip(-1, 1)).round().astype("<i2").tobytes())
    if buffer.tell() > MOST_BYTES:
        raise ValueError(f"the sound takes {buffer.tell()} bytes, expected at most {MOST_BYTES}: play less of it.")
    return Sound(buffer.getvalue(), label, caption)


def _finer(samples: np.ndarray, times: int) -> np.ndarray:
    """Return the band-limited wave with `times` as many samples, by zeros in its spectrum."""
    if times == 1:
        return samples
    return times * np.fft.irfft(np.fft.rfft(samples), times * len(samples))
