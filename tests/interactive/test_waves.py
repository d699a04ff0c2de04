"""Every change of a slider plays another note."""

import pytest
import torch
from ipywidgets import FloatSlider, IntSlider, SelectionSlider

from genbook.autoregressive import DilatedStack, MuLaw, WaveNet
from genbook.interactive.waves import explore_notes
from genbook.nn.outputs import Categorical
from genbook.numerics import seeded

LAW = MuLaw(16)


def model(classes: int = 3) -> WaveNet:
    with seeded(0):
        network = DilatedStack(2, 16, 4, (1, 2), 4, classes=classes)
        for layer in network.layers if classes else ():
            torch.nn.init.normal_(layer.classes.weight, std=5.0)
        return WaveNet(network, Categorical(16), 50, LAW).eval()


def test_each_slider_changes_what_is_heard() -> None:
    box = explore_notes(model(), LAW, 4000, [60, 62, 64])
    note, temperature, seed = (c for c in box.children if isinstance(c, SelectionSlider | FloatSlider | IntSlider))
    assert [label for label, _ in note.options] == ["60", "62", "64"]
    player = box.children[-1]
    heard = [player.value]
    for slider, value in ((note, 2), (temperature, 0.3), (seed, 1)):
        slider.value = value
        heard.append(player.value)
    assert len(set(heard)) == 4 and all("<audio" in h and "bits a sample" in h for h in heard)
    assert "Note 64 at temperature 0.3" in heard[-1]


def test_what_cannot_be_explored_is_refused() -> None:
    with pytest.raises(ValueError, match="expected one each"):
        explore_notes(model(0), LAW, 4000, [60])
    with pytest.raises(ValueError, match="2 notes came"):
        explore_notes(model(), LAW, 4000, [60, 62])
    with pytest.raises(TypeError, match="expected a WaveNet"):
        explore_notes(torch.nn.Linear(1, 1), LAW, 4000, [60])
