"""The thresholds of the training exercises: from at least 20 seeds of the reference, the worst plus a margin."""

import importlib
import json
from pathlib import Path

import pytest

STORE = Path(__file__).resolve().parents[2] / "assignments" / "thresholds.json"
MEASURED = json.loads(STORE.read_text(encoding="utf-8")) if STORE.exists() else {}
ROWS = [(chapter, tier) for chapter, tiers in MEASURED.items() for tier in tiers]


@pytest.mark.parametrize(("chapter", "tier"), ROWS)
def test_a_threshold_is_the_worst_of_twenty_seeds_plus_a_margin(chapter, tier):
    row = MEASURED[chapter][tier]
    threshold = importlib.import_module(f"genbook.grading.checks.{chapter}").THRESHOLD[tier]
    assert len(set(row["seeds"])) == len(row["values"]) >= 20
    assert row["worst"] == max(row["values"])
    assert row["worst"] + row["std"] <= threshold <= row["worst"] + 8 * row["std"]  # no one fails by chance, or passes
