"""The file of the live figure holds what the benchmark measured."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from genbook import results

FIGURE = Path(__file__).parents[2] / "book" / "live" / "models" / "rate-distortion.json"


def test_the_figure_shows_the_means_of_the_result() -> None:
    measured = {row["model"]: row["runs"] for row in results.read("rate_distortion")["rows"]}
    points = json.loads(FIGURE.read_text(encoding="utf-8"))["points"]
    assert [point["beta"] for point in points] == sorted(measured)
    for point in points:
        runs = measured[point["beta"]]
        assert len(runs) == 3
        for key in ("rate", "distortion", "active"):
            assert point[key] == pytest.approx(sum(run[key] for run in runs) / 3, abs=1e-3)


def test_every_seed_walks_down_the_curve() -> None:
    rows = sorted(results.read("rate_distortion")["rows"], key=lambda row: row["model"])
    for less, more in pairwise(rows):
        for a, b in zip(less["runs"], more["runs"], strict=True):
            assert a["rate"] > b["rate"] - 0.05 and a["distortion"] < b["distortion"] + 0.5
