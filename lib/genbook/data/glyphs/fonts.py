"""Outlines of characters, as polygons, from the font files that matplotlib carries."""

from functools import lru_cache
from pathlib import Path
from string import ascii_letters, digits
from typing import NamedTuple

import numpy as np

FONTS = {  # the word in a caption, and the file inside matplotlib
    "sans": "DejaVuSans",
    "serif": "DejaVuSerif",
    "mono": "DejaVuSansMono",
    "times": "STIXGeneral",
    "roman": "cmr10",
    "grotesque": "cmss10",
    "typewriter": "cmtt10",
}
DRAWABLE = digits + ascii_letters
CURVE_STEPS = 5  # straight pieces a Bezier curve; at 32 pixels they stay within 1/50 of a pixel of it


class Outline(NamedTuple):
    """Closed polygons that bound a character: outer ones clockwise, holes counter-clockwise (y points up).

    The bounding box is centred on the origin, and the farthest vertex lies at distance 1 from it.
    points: (V, 2), the vertices of all polygons; following: (V,), the index of the next vertex of the same polygon;
    polygon: (V,), which polygon a vertex belongs to; outward: (V, 2), where a vertex goes when every side moves outward
    by 1 (mitred, cut at twice that distance), which is how strokes are thickened.
    """

    points: np.ndarray
    following: np.ndarray
    polygon: np.ndarray
    outward: np.ndarray


@lru_cache(maxsize=1024)
def outline(character: str, font: str) -> Outline:
    """Return the outline of one of the 62 letters and digits in a font of `FONTS`.

    Raises:
        ValueError: the character is no ASCII letter or digit, or the font is unknown.

    >>> outline("I", "sans").points.round(2).tolist()
    [[0.13, 0.99], [0.13, -0.99], [-0.13, -0.99], [-0.13, 0.99]]
    """
    if character not in DRAWABLE or len(character) != 1:
        raise ValueError(f"character is {character!r}, expected one ASCII letter or digit.")
    if font not in FONTS:
        raise ValueError(f"font is {font!r}, expected one of {', '.join(FONTS)}.")
    polygons = [polygon for polygon in map(_without_repeats, _polygons(character, font)) if len(polygon) > 2]
    points = np.concatenate(polygons)
    low, high = points.min(0), points.max(0)
    points = points - (low + high) / 2
    points = points / np.hypot(*points.T).max()
    sizes = [len(polygon) for polygon in polygons]
    starts = np.cumsum([0, *sizes[:-1]])
    following = np.concatenate([start + np.roll(np.arange(n), -1) for start, n in zip(starts, sizes, strict=True)])
    return Outline(points, following, np.repeat(np.arange(len(sizes)), sizes), _outward(points, following))


def _polygons(character: str, font: str) -> list[np.ndarray]:
    import matplotlib  # noqa: PLC0415 - slow to import, and only needed where glyphs are drawn
    from matplotlib.font_manager import FontProperties  # noqa: PLC0415
    from matplotlib.path import Path as Curve  # noqa: PLC0415
    from matplotlib.textpath import TextPath  # noqa: PLC0415

    file = Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{FONTS[font]}.ttf"
    curve = TextPath((0, 0), character, size=100, prop=FontProperties(fname=file))
    polygons: list[list[np.ndarray]] = []
    for values, code in curve.iter_segments(curves=True, simplify=False):
        if code == Curve.MOVETO:
            polygons.append([values])
        elif code != Curve.CLOSEPOLY:
            control = np.vstack([polygons[-1][-1], values.reshape(-1, 2)])
            polygons[-1].extend(_bezier(control) if len(control) > 2 else control[1:])
    return [np.array(polygon) for polygon in polygons]


def _bezier(control: np.ndarray) -> np.ndarray:
    """Return CURVE_STEPS points on the Bezier curve of 3 or 4 control points, its end among them, its start not."""
    t = np.arange(1, CURVE_STEPS + 1)[:, None, None] / CURVE_STEPS
    level = np.broadcast_to(control, (CURVE_STEPS, *control.shape))
    while level.shape[1] > 1:  # de Casteljau
        level = (1 - t) * level[:, :-1] + t * level[:, 1:]
    return level[:, 0]


def _without_repeats(polygon: np.ndarray) -> np.ndarray:
    return polygon[np.abs(polygon - np.roll(polygon, 1, axis=0)).max(1) > 1e-6]


def _outward(points: np.ndarray, following: np.ndarray) -> np.ndarray:
    side = points[following] - points
    normal = np.stack([-side[:, 1], side[:, 0]], -1) / np.hypot(*side.T)[:, None]  # left of travel is outside
    before = np.empty_like(normal)
    before[following] = normal
    cosine = (before * normal).sum(-1, keepdims=True)
    return (before + normal) / np.maximum(1 + cosine, 0.5)
