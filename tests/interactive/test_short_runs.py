"""The sliders of short-run chains."""

import pytest
import torch

from genbook.ebm import EnergyModel, ShortRun
from genbook.interactive import explore_short_runs
from genbook.nn import MLP
from genbook.numerics import seeded


def short(side: int = 3) -> ShortRun:
    with seeded(0):
        model = EnergyModel(MLP(side * side, (8,), 1), (side * side,), 1.0)
    return ShortRun(model, lambda n: 2 * torch.rand(n, side * side) - 1, 0.05, 5, 0.05)


def test_a_slider_changes_picture_and_words() -> None:
    box = explore_short_runs(short(), n=4)
    steps, _, _, picture, words = box.children
    before, said = bytes(picture.value), words.value
    assert before.startswith(b"\x89PNG") and "5 steps" in said
    steps.value = 100
    assert bytes(picture.value) != before and "100 steps" in words.value


def test_more_steps_lower_the_energy() -> None:
    box = explore_short_runs(short(), n=8)
    steps, _, noise, _, words = box.children
    noise.value = 0.0
    energies = []
    for k in (1, 50, 200):
        steps.value = k
        energies.append(float(words.value.rsplit(" ", 1)[1]))
    assert energies[0] > energies[1] >= energies[2]


def test_refuses_what_it_cannot_draw() -> None:
    with pytest.raises(TypeError, match="ShortRun"):
        explore_short_runs(torch.zeros(3))
    model = EnergyModel(MLP(3, (8,), 1), (3,), 1.0)
    with pytest.raises(ValueError, match="square"):
        explore_short_runs(ShortRun(model, lambda n: torch.zeros(n, 3), 0.1, 2))
