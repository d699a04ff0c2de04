"""The sliders of f-divergences and of transport prices."""

import re

import pytest
import torch

from genbook.gan import quantile_w1
from genbook.interactive import explore_divergences, explore_prices


def number(words: str, after: str) -> float:
    return float(re.search(re.escape(after) + r"\s*([-+]?[0-9.e+-]*[0-9])", words)[1])


def test_a_slider_changes_picture_and_words() -> None:
    box = explore_divergences()
    _, mean, _, picture, words = box.children
    before, said = bytes(picture.value), words.value
    mean.value = 2.0
    assert before.startswith(b"\x89PNG") and bytes(picture.value) != before and words.value != said


def test_reverse_kl_prefers_one_bump_and_kl_does_not() -> None:
    box = explore_divergences()
    divergence, mean, scale, _, words = box.children
    found = {}
    for name in ("KL", "reverse KL"):
        divergence.value = name
        for key, setting in {"both": (0.4, 1.7), "one": (1.5, 0.6)}.items():
            mean.value, scale.value = setting
            found[name, key] = number(words.value, "=")
    assert found["KL", "both"] < found["KL", "one"]
    assert found["reverse KL", "one"] < found["reverse KL", "both"]


def test_the_words_say_where_the_mean_would_go() -> None:
    box = explore_divergences()
    divergence, mean, _, _, words = box.children
    divergence.value = "KL"  # its best mean is that of the data, 0.45
    mean.value = 3.0
    assert "go left" in words.value
    mean.value = -3.0
    assert "go right" in words.value


X = torch.tensor([0.0, 1.0, 2.0, 4.0])
P, Q = torch.tensor([0.4, 0.3, 0.2, 0.1]), torch.tensor([0.1, 0.2, 0.3, 0.4])


def test_prices_foretell_a_small_move_exactly_and_never_too_much() -> None:
    box = explore_prices(X, P, Q)
    source, target, share, _, words = box.children
    source.value, target.value, share.value = 0, 3, 0.1
    moved = P + torch.tensor([-0.04, 0.0, 0.0, 0.04])
    assert number(words.value, "it is =") == pytest.approx(quantile_w1(X, moved, Q), abs=1e-4)
    assert number(words.value, "prices") == pytest.approx(quantile_w1(X, moved, Q), abs=1e-4)
    for amount in (0.5, 1.0):
        share.value = amount
        assert number(words.value, "it is =") >= number(words.value, "prices") - 1e-4


def test_refuses_points_without_masses() -> None:
    with pytest.raises(ValueError, match="3 points and p has 4 masses"):
        explore_prices(X[:3], P, Q)
