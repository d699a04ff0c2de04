"""Glyphs that move: short sequences in which everything but position and rotation stays."""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from genbook.checks import check_count
from genbook.data.glyphs.factors import CHARACTERS, Factors, draw_factors
from genbook.data.glyphs.render import check_size, render

REACH = 0.16  # the centre stays within this share of the frame from the middle
SPEED = 0.06  # largest shift a frame along one axis, as a share of the frame
SPIN = math.pi / 24  # largest turn a frame
SMALLER = 0.75  # moving glyphs are this much smaller than still ones, so that they have room
MOST_FRAMES = 200_000


class MovingGlyphs(NamedTuple):
    """Frames x (n, T, 1, size, size), float, whole levels 0 to 255, and what moved.

    factors: those of the first frame, each (n,); position: (n, T, 2), shifts right and up as shares of the frame;
    rotation: (n, T), radians; velocity: (n, 2), shares of the frame per frame before any bounce; spin: (n,), radians
    per frame.
    """

    x: Tensor
    factors: Factors
    position: Tensor
    rotation: Tensor
    velocity: Tensor
    spin: Tensor

    @property
    def y(self) -> Tensor:
        """The classes, (n,), int64: indices into the string of characters."""
        return self.factors.label

    def to(self, device: torch.device | str) -> "MovingGlyphs":
        """Return the same sequences on `device`."""
        return MovingGlyphs(*(part.to(device) for part in self))


def moving_glyphs(
    n: int, frames: int = 10, size: int = 28, seed: int = 0, characters: str = CHARACTERS
) -> MovingGlyphs:
    """Return `n` sequences of a glyph that drifts at constant velocity, bounces at the border, and turns steadily.

    Sequence i depends on (seed, i) only.

    Raises:
        TypeError, ValueError: an argument is of the wrong type or out of range; at most 200,000 frames in all.

    >>> moving_glyphs(2, frames=5, size=16).x.shape
    torch.Size([2, 5, 1, 16, 16])
    """
    check_count(n, most=MOST_FRAMES)
    check_count(frames, "frames", most=MOST_FRAMES // n)
    check_size(size)
    still = draw_factors(n, seed, characters)
    still = still._replace(scale=still.scale * SMALLER)
    u = torch.from_numpy(np.random.Generator(np.random.Philox(key=(seed, 1))).random((n, 3))).float()
    velocity, spin = (2 * u[:, :2] - 1) * SPEED, (2 * u[:, 2] - 1) * SPIN
    time = torch.arange(frames)
    start = torch.stack([still.x, still.y], -1)  # (n, 2)
    position = _bounced(start[:, None] + velocity[:, None] * time[:, None])  # (n, T, 2)
    rotation = still.rotation[:, None] + spin[:, None] * time  # (n, T)
    every = Factors(*(factor.repeat_interleave(frames) for factor in still))
    every = every._replace(x=position[..., 0].flatten(), y=position[..., 1].flatten(), rotation=rotation.flatten())
    x = render(every, size, characters).reshape(n, frames, 1, size, size)
    return MovingGlyphs(x, still, position, rotation, velocity, spin)


def _bounced(place: Tensor) -> Tensor:
    """Reflect a straight path at -REACH and REACH, as often as needed."""
    phase = torch.remainder(place + REACH, 4 * REACH)
    return REACH - (phase - 2 * REACH).abs()
