"""What determines a glyph, and how it is drawn at random."""

import math
from string import ascii_uppercase, digits
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count, check_seed
from genbook.data.glyphs.fonts import DRAWABLE, FONTS

CHARACTERS = digits + ascii_uppercase

COLOURS = {  # red, green, blue as levels 0 to 255
    "white": (255, 255, 255),
    "red": (255, 64, 64),
    "orange": (255, 160, 0),
    "yellow": (255, 240, 64),
    "green": (64, 208, 64),
    "cyan": (64, 224, 240),
    "blue": (80, 112, 255),
    "pink": (255, 112, 224),
}

RANGES = {  # of the continuous factors; within them every glyph stays inside the frame
    "slant": (-0.2, 0.2),
    "thickness": (0.0, 0.1),
    "rotation": (-math.pi / 12, math.pi / 12),
    "scale": (0.5, 0.68),
    "x": (-0.08, 0.08),
    "y": (-0.08, 0.08),
}


class Factors(NamedTuple):
    """The known causes of n glyphs, each a tensor of shape (n,).

    label: int64, index into the string of characters; font: int64, index into `FONTS`; slant: shear, by how much x
    moves right per unit of height; thickness: by how much every side of the outline moves outward, in radii of the
    glyph; rotation: radians, counter-clockwise; scale: diameter of the circle around the upright glyph as a share of
    the frame; x, y: shift of the centre right and up, as shares of the frame; colour: int64, index into `COLOURS`.
    """

    label: Tensor
    font: Tensor
    slant: Tensor
    thickness: Tensor
    rotation: Tensor
    scale: Tensor
    x: Tensor
    y: Tensor
    colour: Tensor

    def to(self, device: torch.device | str) -> "Factors":
        """Return the same factors on `device`."""
        return Factors(*(factor.to(device) for factor in self))


def draw_factors(n: int, seed: int = 0, characters: str = CHARACTERS) -> Factors:
    """Draw the factors of `n` glyphs, all independent and uniform over their values or over `RANGES`.

    Row i depends on (seed, i) only, so the factors of 1,000 glyphs are the first of those of 2,000.

    Raises:
        TypeError, ValueError: `n` or `seed` is no whole number in range, or `characters` is not a string of different
            ASCII letters and digits.

    >>> torch.equal(draw_factors(3).scale, draw_factors(9).scale[:3])
    True
    """
    check_count(n, most=10_000_000)
    check_seed(seed)
    check_characters(characters)
    u = np.random.Generator(np.random.Philox(seed)).random((n, len(Factors._fields)))  # filled row by row
    counts = {"label": len(characters), "font": len(FONTS), "colour": len(COLOURS)}
    drawn = {}
    for name, column in zip(Factors._fields, u.T, strict=True):
        if name in counts:
            drawn[name] = torch.from_numpy((column * counts[name]).astype(np.int64))
        else:
            low, high = RANGES[name]
            drawn[name] = torch.from_numpy((low + (high - low) * column).astype(np.float32))
    return Factors(**drawn)


def check_characters(characters: str) -> None:
    """Raise unless `characters` is a non-empty string of different ASCII letters and digits."""
    if not isinstance(characters, str):
        raise TypeError(f"characters is a {type(characters).__name__}, expected a string such as '0123456789'.")
    unknown = [character for character in characters if character not in DRAWABLE]
    if not characters or unknown or len(set(characters)) != len(characters):
        raise ValueError(f"characters is {characters!r}, expected different ASCII letters and digits, at least one.")
