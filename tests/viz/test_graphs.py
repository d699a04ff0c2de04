"""Graphs of computations: which arrows carry a gradient, and names that are no nodes."""

import pytest
from matplotlib import pyplot as plt

from genbook.viz import graph
from genbook.viz.style import BLUE, VERMILION

PLACES = {"x": (0, 0), "z": (1, 0), "eps": (1, 1), "g": (2, 0)}


def colours(drawn):
    ax = graph(PLACES, [("x", "z"), ("eps", "z"), ("z", "g")], drawn=drawn)
    found = [note.arrow_patch.get_edgecolor() for note in ax.texts if getattr(note, "arrow_patch", None)]
    plt.close(ax.figure)
    return [plt.matplotlib.colors.to_hex(colour) for colour in found]


def test_gradients_end_at_draws_and_do_not_come_from_noise():
    blue, red = (plt.matplotlib.colors.to_hex(colour) for colour in (BLUE, VERMILION))
    assert colours(drawn=["z"]) == [red, red, blue]
    assert colours(drawn=["eps"]) == [blue, red, blue]


def test_a_name_that_is_no_node_is_refused():
    with pytest.raises(ValueError, match="are no nodes"):
        graph(PLACES, [("x", "y")])
    with pytest.raises(ValueError, match="expected some of"):
        graph({}, [])
