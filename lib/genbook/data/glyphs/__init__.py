"""Letters and digits drawn from the fonts inside matplotlib: any number, by seed, with every factor known."""

from genbook.data.glyphs.captions import captions
from genbook.data.glyphs.contours import Strokes, glyph_outlines, glyph_strokes
from genbook.data.glyphs.dataset import Glyphs, glyphs
from genbook.data.glyphs.factors import CHARACTERS, COLOURS, RANGES, Factors, draw_factors
from genbook.data.glyphs.fonts import FONTS, Outline, outline
from genbook.data.glyphs.grid import factor_grid
from genbook.data.glyphs.moving import MovingGlyphs, moving_glyphs
from genbook.data.glyphs.raster import coverage
from genbook.data.glyphs.render import render

__all__ = [
    "CHARACTERS",
    "COLOURS",
    "FONTS",
    "RANGES",
    "Factors",
    "Glyphs",
    "MovingGlyphs",
    "Outline",
    "Strokes",
    "captions",
    "coverage",
    "draw_factors",
    "factor_grid",
    "glyph_outlines",
    "glyph_strokes",
    "glyphs",
    "moving_glyphs",
    "outline",
    "render",
]
