"""The data set of glyphs: images, factors and captions, kept on disk."""

import hashlib
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.data.cache import cached
from genbook.data.glyphs.captions import captions
from genbook.data.glyphs.factors import CHARACTERS, Factors, draw_factors
from genbook.data.glyphs.render import check_size, render

VERSION = 1  # of the generator: raise it whenever an image changes
MOST = 200_000


class Glyphs(NamedTuple):
    """Images x (n, C, size, size), float, whole levels 0 to 255; their factors, each (n,); one caption each."""

    x: Tensor
    factors: Factors
    captions: list[str]

    @property
    def y(self) -> Tensor:
        """The classes, (n,), int64: indices into the string of characters."""
        return self.factors.label

    def to(self, device: torch.device | str) -> "Glyphs":
        """Return the same glyphs on `device`."""
        return Glyphs(self.x.to(device), self.factors.to(device), self.captions)


def glyphs(n: int, size: int = 28, seed: int = 0, colour: bool = False, characters: str = CHARACTERS) -> Glyphs:
    """Return `n` letters and digits, drawn from seven fonts inside matplotlib with random factors.

    Image i depends on (seed, i) only, so 1,000 glyphs are the first of 2,000. With `colour` there are three channels.
    Images are kept in the cache folder (see `genbook.data.cache`) and drawn again if the file there is damaged.

    Args:
        n: number of glyphs, at most 200,000.
        size: pixels a side, from 8; the book uses 16, 28 and 32.
        seed: whole number from 0.
        colour: three channels and a colour from `COLOURS`, instead of one channel.
        characters: the classes; the label is an index into this string.

    Raises:
        TypeError, ValueError: an argument is of the wrong type or out of range.

    >>> data = glyphs(4, size=16)
    >>> data.x.shape, data.y.shape, len(data.captions)
    (torch.Size([4, 1, 16, 16]), torch.Size([4]), 4)
    """
    check_count(n, most=MOST)
    check_size(size)
    if not isinstance(colour, bool):
        raise TypeError(f"colour is {colour!r}, expected True or False.")
    factors = draw_factors(n, seed, characters)

    def draw() -> np.ndarray:
        return render(factors, size, characters, colour).to(torch.uint8).numpy()

    x = torch.from_numpy(cached(_name(n, size, seed, colour, characters), draw)).float()
    return Glyphs(x, factors, captions(factors, characters, colour))


def _name(*arguments: object) -> str:
    from matplotlib import __version__  # noqa: PLC0415 - slow to import

    return "glyphs-" + hashlib.sha256(repr((VERSION, __version__, *arguments)).encode()).hexdigest()[:24]
