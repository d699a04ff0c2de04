"""Glyphs without pixels: points along the outline, and the pen that draws it."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.data.glyphs.factors import CHARACTERS, Factors
from genbook.data.glyphs.fonts import Outline
from genbook.data.glyphs.render import check_factors, outlines_of, placed

MOST_POINTS = 20_000_000


class Strokes(NamedTuple):
    """Pen moves x (n, steps, 3), float: shift right, shift up (half frames), 1.0 where the pen is lifted afterwards.

    The first move starts at the centre of the frame with the pen up. factors: each (n,).
    """

    x: Tensor
    factors: Factors

    @property
    def y(self) -> Tensor:
        """The classes, (n,), int64: indices into the string of characters."""
        return self.factors.label

    def to(self, device: torch.device | str) -> "Strokes":
        """Return the same strokes on `device`."""
        return Strokes(self.x.to(device), self.factors.to(device))


def glyph_outlines(factors: Factors, points: int = 128, characters: str = CHARACTERS) -> Tensor:
    """Return `points` points along the outline of each glyph, (n, points, 2), in half frames from the centre, y up.

    Points are evenly spaced by arc length within each polygon; a polygon gets its share of the whole length. The order
    runs along the outline, so consecutive points of a polygon are neighbours.

    Raises:
        TypeError, ValueError: as `render`, or `points` is not from 16 to 10,000.

    >>> from genbook.data.glyphs import draw_factors
    >>> glyph_outlines(draw_factors(3), points=32).shape
    torch.Size([3, 32, 2])
    """
    return torch.stack(
        [torch.from_numpy(np.concatenate(drawn)) for drawn in _drawn(factors, points, characters)]
    ).float()


def glyph_strokes(factors: Factors, steps: int = 64, characters: str = CHARACTERS) -> Strokes:
    """Return the moves of a pen that draws each outline, polygon after polygon, in the format of Ha and Eck (2018).

    The pen is lifted at the end of each polygon, so the last move of every glyph lifts it. The cumulative sum of the
    shifts gives the points back, and each polygon ends where it began.

    Raises:
        TypeError, ValueError: as `render`, or `steps` is not from 16 to 10,000.

    >>> from genbook.data.glyphs import draw_factors
    >>> glyph_strokes(draw_factors(3), steps=40).x.shape
    torch.Size([3, 40, 3])
    """
    moves = []
    for polygons in _drawn(factors, steps, characters, closed=True):
        shift = np.diff(np.concatenate(polygons), axis=0, prepend=np.zeros((1, 2)))
        lift = np.zeros((len(shift), 1))
        lift[np.cumsum([len(polygon) for polygon in polygons]) - 1] = 1
        moves.append(torch.from_numpy(np.concatenate([shift, lift], 1)).float())
    return Strokes(torch.stack(moves), factors)


def _drawn(factors: Factors, total: int, characters: str, closed: bool = False) -> list[list[np.ndarray]]:
    """Return for each glyph its polygons, resampled to `total` points; `closed` ends each on its first point."""
    check_count(total, "points", most=10_000)
    if total < 16:
        raise ValueError(f"points is {total}, expected at least 16: fewer do not show a letter.")
    values = check_factors(factors, characters)
    if total * len(values["label"]) > MOST_POINTS:
        raise ValueError(
            f"{len(values['label'])} glyphs of {total} points are too many, expected {MOST_POINTS} points in all."
        )
    outlines = outlines_of(values, characters)
    vertices, glyph = placed(outlines, values)
    places = np.split(vertices, np.flatnonzero(np.diff(glyph)) + 1)
    return [_resampled(outline, place, total, closed) for outline, place in zip(outlines, places, strict=True)]


def _resampled(outline: Outline, place: np.ndarray, total: int, closed: bool) -> list[np.ndarray]:
    polygons = [place[outline.polygon == index] for index in range(outline.polygon[-1] + 1)]
    rings = [np.concatenate([polygon, polygon[:1]]) for polygon in polygons]
    along = [np.concatenate([[0.0], np.hypot(*np.diff(ring, axis=0).T).cumsum()]) for ring in rings]
    shares = _shares(np.array([way[-1] for way in along]), total)
    resampled = []
    for ring, way, share in zip(rings, along, shares, strict=True):
        at = np.linspace(0, way[-1], share, endpoint=closed)
        resampled.append(np.stack([np.interp(at, way, ring[:, 0]), np.interp(at, way, ring[:, 1])], -1))
    return resampled


def _shares(lengths: np.ndarray, total: int) -> np.ndarray:
    """Split `total` points over polygons in proportion to their lengths, at least 4 each (largest remainders)."""
    spare = total - 4 * len(lengths)
    exact = spare * lengths / lengths.sum()
    shares = np.floor(exact).astype(int)
    shares[np.argsort(shares - exact, kind="stable")[: spare - shares.sum()]] += 1
    return shares + 4
