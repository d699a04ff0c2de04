"""The pitch of a wave: of tones without a fundamental, of plucked strings whose note is known, of silence."""

import pytest
import torch

from genbook.data.tones import tones
from genbook.evaluation.pitch import pitch


def cents(measured, wanted):
    return 1200 * torch.log2(measured / wanted)


def test_harmonics_without_their_fundamental_have_its_pitch():
    time = torch.arange(1000, dtype=torch.float64) / 4000
    a = sum(torch.sin(2 * torch.pi * 150.3 * k * time + k) for k in (2, 3, 4))
    assert cents(pitch(a[None], 4000), torch.tensor(150.3)).abs().item() < 15


@pytest.mark.parametrize("rate", [4000, 8000])
def test_plucked_strings_have_the_pitch_of_their_note(rate):
    data = tones(200, 0.25, rate, seed=3)
    wanted = 440 * 2 ** ((data.note[:, 0].double() - 69) / 12)
    error = cents(pitch(data.x[:, : rate // 10], rate), wanted).abs()
    assert error.median() < 10 and (error < 50).double().mean() > 0.95


def test_silence_has_no_pitch_and_rows_do_not_meet():
    a = torch.stack([torch.zeros(1000), torch.sin(torch.arange(1000) * 0.5)])
    found = pitch(a, 4000)
    assert found[0].isnan() and abs(found[1].item() - 4000 * 0.5 / (2 * torch.pi)) < 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((torch.zeros(2, 1000), 4000, 1.0), "two periods"),
        ((torch.zeros(2, 1000), 4000, 60.0, 2500.0), "two samples"),
        ((torch.full((2, 1000), torch.nan), 4000), "NaN"),
        ((torch.zeros(1000), 4000), "shape"),
    ],
)
def test_what_has_no_pitch_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        pitch(*arguments)
