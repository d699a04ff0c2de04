"""Exploring a trained model of sounds: every change of a slider plays a new note."""

from collections.abc import Sequence

import ipywidgets as widgets
import torch

from genbook.autoregressive.mu_law import MuLaw
from genbook.autoregressive.sampling import ancestral
from genbook.autoregressive.wavenet import WaveNet
from genbook.checks import check_count
from genbook.numerics import seeded
from genbook.viz.sound import sound


def explore_notes(model: WaveNet, law: MuLaw, rate: int, notes: Sequence[int]) -> widgets.Widget:
    """Return sliders for note, temperature and seed, and a player of the note that `model` draws with them.

    `model` is told a class, and `notes` are the MIDI numbers of the classes; `law` turns its levels into amplitudes;
    `rate` is in samples a second. Below stands what the draw costs in bits a sample, exact.

    Raises:
        TypeError, ValueError: the model is no WaveNet that takes one class a note, or rate is no whole number.
    """
    if not isinstance(model, WaveNet):
        raise TypeError(f"model is a {type(model).__name__}, expected a WaveNet.")
    if not model.network.classes or len(notes) != model.network.classes:
        raise ValueError(
            f"{len(notes)} notes came and the network takes {model.network.classes} classes, expected one each."
        )
    check_count(rate, "rate")
    note = widgets.SelectionSlider(options=[(str(n), k) for k, n in enumerate(notes)], description="Note (MIDI)")
    temperature = widgets.FloatSlider(value=1.0, min=0.1, max=1.5, step=0.05, description="Temperature")
    seed = widgets.IntSlider(value=0, min=0, max=99, description="Seed")
    player = widgets.HTML()

    def redraw(_: object = None) -> None:
        given = model.given(torch.tensor([note.value], device=model.order.device))
        with seeded(seed.value):
            u = torch.rand(1, len(model.order)).to(next(model.parameters()))
        x = ancestral(given, u, temperature=temperature.value)
        with torch.no_grad():
            bits = -given.log_prob(x).item() / (x.shape[1] * torch.tensor(2.0).log().item())
        words = f"Note {notes[note.value]} at temperature {temperature.value:g}; cost = {bits:.2f} bits a sample"
        label = f"A note drawn by the model: MIDI number {notes[note.value]}, temperature {temperature.value:g}."
        player.value = sound(law.decode(x[0]), rate, label, words)._repr_html_()

    for control in (note, temperature, seed):
        control.style.description_width = "7em"
        control.continuous_update = False
        control.observe(redraw, names="value")
    redraw()
    return widgets.VBox([note, temperature, seed, player])
