"""A sentence about every glyph, from its factors."""

from genbook.data.glyphs.factors import CHARACTERS, COLOURS, RANGES, Factors
from genbook.data.glyphs.fonts import FONTS
from genbook.data.glyphs.render import check_factors

WORDS = {  # for the lower, middle and upper third of a factor's range
    "scale": ("small", "medium", "large"),
    "thickness": ("thin", "regular", "bold"),
    "slant": ("leaning left", "upright", "leaning right"),
    "rotation": ("turned right", "level", "turned left"),
    "y": ("bottom", "middle", "top"),
    "x": ("left", "centre", "right"),
}


def captions(factors: Factors, characters: str = CHARACTERS, colour: bool = False) -> list[str]:
    """Return one caption a glyph; it names every factor, the continuous ones by the third of `RANGES` they fall in.

    Raises:
        TypeError, ValueError: as `render`.

    >>> from genbook.data.glyphs import draw_factors
    >>> captions(draw_factors(1))
    ['a small thin serif digit 0, upright, turned left, at the bottom right']
    """
    values = check_factors(factors, characters)
    fonts, colours = tuple(FONTS), tuple(COLOURS)
    sentences = []
    for row in zip(*(value.tolist() for value in values.values()), strict=True):
        one = dict(zip(values, row, strict=True))
        word = {name: _word(name, one[name]) for name in WORDS}
        look = [word["scale"], word["thickness"], fonts[one["font"]]]
        if colour:
            look.insert(2, colours[one["colour"]])
        place = f"at the {word['y']} {word['x']}"
        what = _named(characters[one["label"]])
        sentences.append(f"a {' '.join(look)} {what}, {word['slant']}, {word['rotation']}, {place}")
    return sentences


def _word(name: str, value: float) -> str:
    low, high = RANGES[name]
    third = int(3 * (value - low) / (high - low))
    return WORDS[name][min(max(third, 0), 2)]


def _named(character: str) -> str:
    if character.isdigit():
        return f"digit {character}"
    return f"capital {character}" if character.isupper() else f"lower-case {character}"
