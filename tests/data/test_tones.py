"""Plucked strings against a hand-written loop, their nominal pitch and decay, and bad input."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from genbook.data import CHORDS, chords, pluck, tones
from genbook.data.tones import NOTES, _loop


def hertz(note):
    return 440 * 2 ** ((note - 69) / 12)


def strongest(clip, rate, near):
    """Frequency of the strongest partial within 6% of `near`."""
    size = 1 << 18
    spectrum = torch.fft.rfft(clip.double() * torch.hann_window(len(clip), dtype=torch.float64), n=size).abs()
    frequency = torch.fft.rfftfreq(size, 1 / rate)
    spectrum[(frequency < near * 0.94) | (frequency > near * 1.06)] = 0
    return frequency[spectrum.argmax()].item()


def test_the_filter_is_the_recursion_written_out():
    note, decay = torch.tensor([60]), torch.tensor([1.5])
    noise = torch.rand(1, 40, dtype=torch.float64)
    clip = pluck(note, decay, noise, 200)[0]
    numerator, denominator, period = _loop(hertz(60), 1.5, 8000)
    excitation = torch.cat([noise[0, :period] - noise[0, :period].mean(), torch.zeros(200)])
    y = []
    for t in range(200):
        new = numerator[0] * excitation[t] + (numerator[1] * excitation[t - 1] if t else 0)
        y.append(float(new - sum(denominator[k] * y[t - k] for k in range(1, min(t, len(denominator) - 1) + 1))))
    torch.testing.assert_close(clip, torch.tensor(y, dtype=torch.float64))
    # the plain string of Karplus and Strong: one period later every sample is about the mean of two neighbours
    assert period == math.floor(8000 / hertz(60) - 0.6)


@pytest.mark.parametrize("note", [NOTES[0], 57, 64, NOTES[1]])
@pytest.mark.parametrize("rate", [8000, 16_000])
def test_pitch_is_within_three_cents(note, rate):
    noise = torch.rand(1, rate // 100, generator=torch.Generator().manual_seed(note)) - 0.5
    clip = pluck(torch.tensor([note]), torch.tensor([3.0]), noise, 2 * rate, rate)[0]
    cents = 1200 * math.log2(strongest(clip, rate, hertz(note)) / hertz(note))
    assert abs(cents) < 3


@pytest.mark.parametrize("decay", [0.5, 1.5])
def test_the_fundamental_falls_by_sixty_decibels_in_the_decay_time(decay):
    note, rate = 60, 8000
    noise = torch.rand(1, 80, dtype=torch.float64, generator=torch.Generator().manual_seed(0)) - 0.5
    clip = pluck(torch.tensor([note]), torch.tensor([decay]), noise, rate, rate)[0]
    wave = torch.exp(-2j * math.pi * hertz(note) * torch.arange(rate) / rate)
    early, late = (abs((clip * wave)[start : start + 1200].sum()) for start in (800, 3200))  # 0.3 s apart
    assert 20 * math.log10(early / late) == pytest.approx(60 * 0.3 / decay, rel=0.05)


def test_clips_have_the_stated_note_level_and_end():
    data = tones(40, seconds=0.8, seed=1)
    assert data.x.shape == (40, 6400) and data.x.dtype == torch.float32
    torch.testing.assert_close(data.x.abs().amax(1), torch.full((40,), 0.9))
    assert (data.kind == 0).all() and data.note.min() >= NOTES[0] and data.note.max() <= NOTES[1]
    for clip, note, duration in zip(data.x, data.note[:, 0].tolist(), data.duration.tolist(), strict=True):
        assert strongest(clip, 8000, hertz(note)) == pytest.approx(hertz(note), rel=5e-3)
        assert clip[math.ceil((duration + 0.021) * 8000) :].abs().sum() == 0
        assert clip[int(duration * 8000) - 80 : int(duration * 8000)].abs().max() > 0


def test_chords_sound_their_notes():
    data = chords(24, seconds=1.0, seed=2)
    intervals = torch.tensor(list(CHORDS.values()))[data.kind]
    assert torch.equal(data.note - data.note[:, :1], intervals) and len(data.kind.unique()) == len(CHORDS)
    assert data.x.abs().max() <= 1
    for clip, notes in zip(data.x[:8], data.note[:8].tolist(), strict=True):
        for note in notes:
            assert strongest(clip, 8000, hertz(note)) == pytest.approx(hertz(note), rel=0.015)


@pytest.mark.parametrize("draw", [tones, chords])
def test_fewer_clips_are_a_prefix_of_more(draw):
    few, many = draw(3, seconds=0.1, seed=7), draw(8, seconds=0.1, seed=7)
    assert all(torch.equal(a, b[:3]) for a, b in zip(few[:-1], many[:-1], strict=True))
    assert not torch.equal(few.x, draw(3, seconds=0.1, seed=8).x)
    assert few.to("meta").x.device.type == "meta" and few.to("meta").rate == 8000


@given(bad=st.one_of(st.integers(max_value=0), st.floats(), st.booleans(), st.none(), st.integers(min_value=10**10)))
def test_bad_counts_and_rates(bad):
    for call in (tones, chords, lambda v: tones(1, rate=v)):
        with pytest.raises((TypeError, ValueError), match="expected") as caught:
            call(bad)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("seconds", [0, -1.0, 61, math.nan, math.inf, "1", None, True])
def test_bad_lengths(seconds):
    with pytest.raises((TypeError, ValueError), match="expected"):
        tones(1, seconds=seconds)


def test_too_many_samples_are_refused_before_any_are_made():
    with pytest.raises(ValueError, match="too many"):
        tones(100_000, seconds=60)
    with pytest.raises((TypeError, ValueError), match="expected"):
        tones(1, seed=-1)


@pytest.mark.parametrize(
    "change",
    [
        {"note": torch.tensor([10, 60])},
        {"note": torch.tensor([60, 120])},
        {"note": torch.tensor([[60, 60]])},
        {"decay": torch.tensor([0.0, 1.0])},
        {"decay": torch.tensor([math.nan, 1.0])},
        {"decay": torch.tensor([1.0])},
        {"noise": torch.zeros(2, 5)},
        {"noise": torch.zeros(3, 50)},
    ],
)
def test_bad_strings(change):
    good = {"note": torch.tensor([60, 62]), "decay": torch.ones(2), "noise": torch.zeros(2, 50)}
    with pytest.raises(ValueError, match="expected"):
        pluck(**{**good, **change}, samples=10)
