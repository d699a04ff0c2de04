"""The grid of factors: every combination once, the rest at rest."""

import pytest
import torch

from genbook.data.glyphs import Factors, factor_grid, render


def test_every_combination_occurs_once_and_the_others_rest():
    grid = factor_grid(label=torch.arange(3), scale=torch.tensor([0.5, 0.6]), y=torch.tensor([-0.1, 0.0, 0.1]))
    rows = list(zip(grid.label.tolist(), grid.scale.tolist(), grid.y.tolist(), strict=True))
    assert len(set(rows)) == len(rows) == 18
    assert rows[0][:2] == rows[1][:2] and rows[0][2] != rows[1][2]
    for name in set(Factors._fields) - {"label", "scale", "y"}:
        assert getattr(grid, name).unique().numel() == 1
    assert grid.thickness[0] == pytest.approx(0.05) and grid.font[0] == 0
    assert render(grid, 16, "AES").shape == (18, 1, 16, 16)


def test_without_values_one_glyph_rests():
    assert [value.shape for value in factor_grid()] == [(1,)] * len(Factors._fields)


@pytest.mark.parametrize(
    "values",
    [
        {"size": torch.ones(2)},
        {"label": torch.ones(2)},
        {"scale": torch.ones(2).long()},
        {"scale": [0.5]},
        {"scale": torch.tensor(0.5)},
        {"scale": torch.tensor([torch.nan])},
    ],
)
def test_impossible_values_are_refused(values):
    with pytest.raises((TypeError, ValueError), match="expected"):
        factor_grid(**values)
