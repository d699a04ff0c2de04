"""Figures from tensors in one style that reads on light and on dark pages; nothing here knows a model."""

from genbook.viz.graphs import graph
from genbook.viz.images import image_grid, matrix
from genbook.viz.output import Picture, Table, picture, show, table
from genbook.viz.plots import bars, curves, density
from genbook.viz.sound import Sound, sound
from genbook.viz.style import COLORS, INK, use_style

__all__ = [
    "COLORS",
    "INK",
    "Picture",
    "Sound",
    "Table",
    "bars",
    "curves",
    "density",
    "graph",
    "image_grid",
    "matrix",
    "picture",
    "show",
    "sound",
    "table",
    "use_style",
]
