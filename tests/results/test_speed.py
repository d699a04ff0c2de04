"""The table of ratios holds what the scripts measured, and nothing else."""

import sys
from pathlib import Path

import pytest

from genbook import results

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
SCHEMA = {"what", "against", "ratio", "least", "most", "script", "hardware", "day"}


def test_rows_have_their_fields_and_a_ratio_within_its_spread() -> None:
    for row in results.read("speed")["rows"]:
        assert set(row) == SCHEMA
        assert row["ratio"] > 0
        assert row["least"] is None or row["least"] <= row["ratio"] <= row["most"]


def test_gathering_again_gives_the_stored_table(monkeypatch: pytest.MonkeyPatch) -> None:
    gather = pytest.importorskip("all")
    stored = results.read("speed")["rows"]
    assert [{k: row[k] for k in SCHEMA} for row in gather.gathered()] == stored


def test_a_coupling_that_takes_twice_as_long_has_ratio_two() -> None:
    gather = pytest.importorskip("all")
    runs = lambda rate: [{"seed": seed, "steps_per_second": rate} for seed in range(3)]  # noqa: E731
    rows = [{"model": name, "runs": runs(50.0)} for name in gather.FLOWS]
    found = list(gather.couplings([{"model": "genbook", "runs": runs(100.0)}, *rows]))
    assert [row["ratio"] for row in found] == [2.0, 2.0, 2.0]
