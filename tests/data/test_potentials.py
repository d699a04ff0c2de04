"""The four potentials against their printed formulas, and against a finite integral."""

import math

import pytest
import torch

from genbook.data.potentials import EXTENT, POTENTIALS, fork, parting, two_shores, wave
from genbook.numerics import grid, seeded


def printed(z: torch.Tensor) -> list[torch.Tensor]:
    """Table 1 of Rezende & Mohamed (2015), entry by entry."""
    z1, z2 = z.T
    w1 = torch.sin(2 * math.pi * z1 / 4)
    w2 = 3 * torch.exp(-0.5 * ((z1 - 1) / 0.6) ** 2)
    w3 = 3 * torch.sigmoid((z1 - 1) / 0.3)
    e = torch.exp
    return [
        0.5 * ((z.norm(dim=1) - 2) / 0.4) ** 2
        - torch.log(e(-0.5 * ((z1 - 2) / 0.6) ** 2) + e(-0.5 * ((z1 + 2) / 0.6) ** 2)),
        0.5 * ((z2 - w1) / 0.4) ** 2,
        -torch.log(e(-0.5 * ((z2 - w1) / 0.35) ** 2) + e(-0.5 * ((z2 - w1 + w2) / 0.35) ** 2)),
        -torch.log(e(-0.5 * ((z2 - w1) / 0.4) ** 2) + e(-0.5 * ((z2 - w1 + w3) / 0.35) ** 2)),
    ]


def test_they_are_the_printed_ones_between_the_walls() -> None:
    with seeded(0):
        z = 4 * torch.rand(200, 2).double() - 2
    for u, truth in zip((two_shores, wave, parting, fork), printed(z), strict=True):
        torch.testing.assert_close(u(z), truth)


@pytest.mark.parametrize("name", POTENTIALS)
def test_the_box_holds_the_mass(name: str) -> None:
    left, right, bottom, top = EXTENT
    masses = []
    for factor in (1.0, 1.6):
        points, cell = grid([left * factor, bottom * factor], [right * factor, top * factor], 800)
        masses.append(cell * (-POTENTIALS[name](points)).exp().sum())
    assert masses[0] > (1 - 1e-5) * masses[1] > 0.1


def test_bad_input_is_refused() -> None:
    for u in POTENTIALS.values():
        with pytest.raises(ValueError, match="expected"):
            u(torch.zeros(2, 3))
