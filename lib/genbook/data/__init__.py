"""Data that every page can load offline, and the usual downloads.

Loaders return tensors on the CPU; `.to(device)` moves a whole small set to where it is used.
"""

from genbook.data import toys
from genbook.data.batches import batches
from genbook.data.digits import digits
from genbook.data.glyphs import (
    CHARACTERS,
    COLOURS,
    FONTS,
    RANGES,
    Factors,
    Glyphs,
    MovingGlyphs,
    Strokes,
    captions,
    draw_factors,
    glyph_outlines,
    glyph_strokes,
    glyphs,
    moving_glyphs,
    render,
)
from genbook.data.labelled import Labelled, Splits

__all__ = [
    "CHARACTERS",
    "COLOURS",
    "FONTS",
    "RANGES",
    "Factors",
    "Glyphs",
    "Labelled",
    "MovingGlyphs",
    "Splits",
    "Strokes",
    "batches",
    "captions",
    "digits",
    "draw_factors",
    "glyph_outlines",
    "glyph_strokes",
    "glyphs",
    "moving_glyphs",
    "render",
    "toys",
]
