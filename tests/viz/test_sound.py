"""Sounds on a page keep their samples, their pitch and their label."""

import base64
import io
import re
import wave

import numpy as np
import pytest
import torch

from genbook import viz


def samples(shown):
    """Decode what the player of a page holds: (samples in [-1, 1], rate)."""
    data = re.search(r"base64,([^\"]+)", shown._repr_html_())[1]
    with wave.open(io.BytesIO(base64.b64decode(data))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767, file.getframerate()


def test_a_wave_comes_back_as_it_went_in():
    a = torch.sin(torch.arange(4000) * 0.3) * 0.8
    heard, rate = samples(viz.sound(a, 8000, "a tone"))
    assert rate == 8000 and np.abs(heard - a.numpy()).max() < 1e-4


@pytest.mark.parametrize("rate", [4000, 3000])
def test_slow_waves_are_made_finer_and_keep_their_pitch(rate):
    a = 0.5 * torch.sin(2 * torch.pi * 440 * torch.arange(rate) / rate)
    heard, played = samples(viz.sound(a, rate, "a tone"))
    assert played >= 8000 and len(heard) == played
    assert np.abs(np.fft.rfft(heard)).argmax() == 440
    np.testing.assert_allclose(heard[:: played // rate], a.numpy(), atol=1e-4)


def test_label_and_caption_are_escaped():
    page = viz.sound(torch.zeros(10), 8000, 'a "quiet" <tone>', "a & b")._repr_html_()
    assert 'aria-label="a &quot;quiet&quot; &lt;tone&gt;"' in page and "<figcaption>a &amp; b</figcaption>" in page


@pytest.mark.parametrize(
    ("a", "label", "words"),
    [
        (torch.zeros(2, 5), "x", "one wave"),
        (torch.full((5,), 1.5), "x", "in \\[-1, 1\\]"),
        (torch.full((5,), torch.nan), "x", "NaN"),
        (torch.zeros(5), " ", "label is empty"),
        (torch.zeros(100_000), "x", "play less"),
    ],
)
def test_what_cannot_be_played_is_refused(a, label, words):
    with pytest.raises(ValueError, match=words):
        viz.sound(a, 8000, label)
