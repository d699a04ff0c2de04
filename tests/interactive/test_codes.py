"""The sliders of a code move the image, and say how far from real codes one has gone."""

import re

import pytest
import torch

from genbook.interactive import explore_codes
from genbook.numerics import seeded


def codes() -> torch.Tensor:
    with seeded(0):
        return torch.randn(30, 3)


def decode(z: torch.Tensor) -> torch.Tensor:
    return (4 * z.repeat(1, 3).sigmoid())[:, :9]


def parts(box):
    start, *sliders = box.children[0].children
    picture, words = box.children[1].children
    return start, sliders, picture, words


def away(words) -> float:
    return float(re.search(r"is ([\d.]+) times", words.value)[1])


def test_sliders_start_at_a_real_code_and_move_the_image() -> None:
    start, sliders, picture, words = parts(explore_codes(decode, codes(), levels=5))
    assert [s.value for s in sliders] == pytest.approx(codes()[0].tolist(), abs=1e-6)
    assert away(words) == 0 and bytes(picture.value).startswith(b"\x89PNG")
    seen = {bytes(picture.value)}
    for slider in sliders:
        slider.value = slider.max
        seen.add(bytes(picture.value))
    assert len(seen) == 4 and away(words) > 1
    start.value = 7
    assert [s.value for s in sliders] == pytest.approx(codes()[7].tolist(), abs=1e-6) and away(words) == 0


@pytest.mark.parametrize(
    "call",
    [
        lambda: explore_codes(decode, codes()[:1], 5),
        lambda: explore_codes(decode, torch.zeros(5, 17), 5),
        lambda: explore_codes(decode, codes() * torch.nan, 5),
        lambda: explore_codes(decode, codes()[0], 5),
        lambda: explore_codes(decode, codes().long(), 5),
        lambda: explore_codes(decode, codes(), 0),
        lambda: explore_codes(lambda z: z, codes(), 5),
    ],
)
def test_bad_input_gets_one_sentence(call) -> None:
    with pytest.raises((TypeError, ValueError), match="expected") as caught:
        call()
    assert "\n" not in str(caught.value)
