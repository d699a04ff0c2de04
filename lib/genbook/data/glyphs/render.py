"""Glyphs as images, from their factors."""

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count, check_finite
from genbook.data.glyphs.factors import CHARACTERS, COLOURS, Factors, check_characters
from genbook.data.glyphs.fonts import FONTS, Outline, outline
from genbook.data.glyphs.raster import coverage

SMALLEST, LARGEST = 8, 512  # pixels a side
CHUNK = 1000  # images drawn at a time


def render(factors: Factors, size: int = 28, characters: str = CHARACTERS, colour: bool = False) -> Tensor:
    """Draw glyphs on black with exact anti-aliasing: whole float levels 0 to 255, (n, 1 or 3, size, size).

    Use it on factors of your own to move one factor and hold the others:
    `render(draw_factors(8)._replace(rotation=torch.linspace(-1, 1, 8)))`. What leaves the frame is cut off.
    Without `colour` there is one channel and the factor colour is not used.

    Raises:
        TypeError, ValueError: factors of unequal lengths or out of range, NaN, or a bad `size` or `characters`.
    """
    values = check_factors(factors, characters)
    check_size(size)
    cover = np.empty((len(values["label"]), size, size), dtype=np.uint8)
    for first in range(0, len(cover), CHUNK):
        part = slice(first, first + CHUNK)
        cover[part] = _levels({name: value[part] for name, value in values.items()}, size, characters)
    grey = torch.from_numpy(cover).float()[:, None]  # (n, 1, size, size)
    if not colour:
        return grey
    palette = torch.tensor(list(COLOURS.values()), dtype=torch.float32)[factors.colour.cpu()]  # (n, 3)
    return (grey * palette[:, :, None, None] / 255).round()


def placed(outlines: list[Outline], values: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the vertices of all glyphs, (V, 2), in half frames from the centre, y up, and their glyphs, (V,)."""
    glyph = np.repeat(np.arange(len(outlines)), [len(o.points) for o in outlines])
    spread = {name: value[glyph] for name, value in values.items()}
    points = np.concatenate([o.points for o in outlines])
    points = points + spread["thickness"][:, None] * np.concatenate([o.outward for o in outlines])
    x, y = points[:, 0] + spread["slant"] * points[:, 1], points[:, 1]
    cos, sin = np.cos(spread["rotation"]), np.sin(spread["rotation"])
    right = spread["scale"] * (cos * x - sin * y) + 2 * spread["x"]
    up = spread["scale"] * (sin * x + cos * y) + 2 * spread["y"]
    return np.stack([right, up], -1), glyph


def outlines_of(values: dict[str, np.ndarray], characters: str) -> list[Outline]:
    """Return the outline of every glyph, before its continuous factors act."""
    fonts = tuple(FONTS)
    labels, styles = values["label"].tolist(), values["font"].tolist()
    return [outline(characters[label], fonts[style]) for label, style in zip(labels, styles, strict=True)]


def check_factors(factors: Factors, characters: str) -> dict[str, np.ndarray]:
    """Return the factors as NumPy arrays by name, or raise in one sentence."""
    check_characters(characters)
    if not isinstance(factors, Factors):
        raise TypeError(f"factors is a {type(factors).__name__}, expected Factors: take those of draw_factors.")
    lengths = {name: tuple(value.shape) for name, value in factors._asdict().items()}
    if len(set(lengths.values())) != 1 or len(lengths["label"]) != 1 or lengths["label"][0] == 0:
        raise ValueError(f"factors have shapes {lengths}, expected the same shape (n,) with n at least 1.")
    counts = {"label": len(characters), "font": len(FONTS), "colour": len(COLOURS)}
    for name, value in factors._asdict().items():
        check_finite(value, name)
        if name in counts and (value.is_floating_point() or value.min() < 0 or value.max() >= counts[name]):
            raise ValueError(f"{name} goes to {value.max().item()}, expected int64 from 0 to {counts[name] - 1}.")
    if factors.scale.min() <= 0:
        raise ValueError(f"scale goes down to {factors.scale.min().item():g}, expected numbers above 0.")
    kinds = {name: np.int64 if name in counts else np.float64 for name in lengths}
    return {name: value.cpu().numpy().astype(kinds[name]) for name, value in factors._asdict().items()}


def check_size(size: int) -> None:
    """Raise unless `size` is a whole number of pixels that can be drawn."""
    check_count(size, "size", most=LARGEST)
    if size < SMALLEST:
        raise ValueError(f"size is {size}, expected {SMALLEST} to {LARGEST} pixels a side: letters need some room.")


def _levels(values: dict[str, np.ndarray], size: int, characters: str) -> np.ndarray:
    outlines = outlines_of(values, characters)
    points, glyph = placed(outlines, values)
    pixels = (points * [1, -1] + 1) * (size / 2)  # x to the right, y down, from the upper left corner
    offset = np.cumsum([0, *(len(o.points) for o in outlines[:-1])])
    following = np.concatenate([o.following for o in outlines]) + offset[glyph]
    cover = coverage(pixels, pixels[following], glyph, len(outlines), size)
    return (255 * cover).round().astype(np.uint8)
