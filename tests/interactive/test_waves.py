"""Every change of a slider plays another note."""

import pytest
import torch
from ipywidgets import FloatSlider, IntSlider

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
    box = explore_notes(model(), LAW, 4000)
    note, temperature, seed = (c for c in box.children if isinstance(c, IntSlider | FloatSlider))
    assert (note.min, note.max) == (48, 50)
    player = box.children[-1]
    heard = [player.value]
    for slider, value in ((note, 50), (temperature, 0.3), (seed, 1)):
        slider.value = value
        heard.append(player.value)
    assert len(set(heard)) == 4 and all("<audio" in h and "bits a sample" in h for h in heard)
    assert "Note 50 at temperature 0.3" in heard[-1]


def test_what_cannot_be_explored_is_refused() -> None:
    with pytest.raises(ValueError, match="told the note"):
        explore_notes(model(0), LAW, 4000)
    with pytest.raises(TypeError, match="expected a WaveNet"):
        explore_notes(torch.nn.Linear(1, 1), LAW, 4000)
