"""Data that every page can load offline, and the usual downloads.

Loaders return tensors on the CPU; `.to(device)` moves a whole small set to where it is used.
"""

from genbook.data import toys
from genbook.data.batches import batches
from genbook.data.digits import digits
from genbook.data.downloads import fashion_mnist, mnist, shakespeare
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
from genbook.data.text import stdlib_card, stdlib_text
from genbook.data.tones import CHORDS, Tones, chords, pluck, tones
from genbook.data.vocabulary import ALPHABET, Vocabulary, windows

__all__ = [
    "ALPHABET",
    "CHARACTERS",
    "CHORDS",
    "COLOURS",
    "FONTS",
    "RANGES",
    "Factors",
    "Glyphs",
    "Labelled",
    "MovingGlyphs",
    "Splits",
    "Strokes",
    "Tones",
    "Vocabulary",
    "batches",
    "captions",
    "chords",
    "digits",
    "draw_factors",
    "fashion_mnist",
    "glyph_outlines",
    "glyph_strokes",
    "glyphs",
    "mnist",
    "moving_glyphs",
    "pluck",
    "render",
    "shakespeare",
    "stdlib_card",
    "stdlib_text",
    "tones",
    "toys",
    "windows",
]
