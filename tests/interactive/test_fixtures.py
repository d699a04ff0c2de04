"""The fixtures of the JavaScript are what genbook computes today, and the shipped model is as its card says."""

import json
from hashlib import sha256

import pytest
import torch

from genbook.data import digits
from genbook.evaluation import nats
from genbook.interactive import made_from_bytes
from tests.interactive.fixtures import FIXTURES, FOLDER, SHIPPED


def close(a: object, b: object) -> bool:
    """Compare nested lists and dicts, numbers to 1e-9 relative."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(close(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(close, a, b))
    return a == pytest.approx(b, rel=1e-9, abs=1e-9) if isinstance(a, float) else a == b


@pytest.mark.parametrize("name", FIXTURES)
def test_fixtures_are_what_genbook_computes(name: str) -> None:
    stored = json.loads((FOLDER / f"{name}.json").read_text())
    now = json.loads(json.dumps(FIXTURES[name]()))
    cases = [*stored, *now] if isinstance(stored, list) else [*stored.values(), *now.values()]
    for case in cases:
        if isinstance(case, dict):
            case.pop("file", None)  # weights drawn on another machine may differ in their last bits
    assert close(now, stored), "run python -m tests.interactive.fixtures if the change is wanted"


def test_the_comparison_can_fail() -> None:
    assert not close({"a": [1.0, 2.0]}, {"a": [1.0, 2.0 + 1e-6]})
    assert not close({"a": [1, 2]}, {"a": [1]})


def test_the_card_states_the_file_and_its_likelihood_on_the_full_test_split() -> None:
    card = json.loads(SHIPPED.with_suffix(".json").read_text())
    content = SHIPPED.read_bytes()
    assert (len(content), sha256(content).hexdigest()) == (card["bytes"], card["sha256"])
    assert len(content) < 1_000_000
    data, model = digits(), made_from_bytes(content)
    for split in ("valid", "test"):
        measured, stated = nats(model, getattr(data, split).x.double()), card["metrics"][split]
        assert (measured.n, measured.relation) == (stated["n"], stated["relation"])
        assert measured.mean == pytest.approx(stated["mean"], abs=1e-3)


def test_the_shipped_weights_are_half_precision_numbers() -> None:
    model = made_from_bytes(SHIPPED.read_bytes())
    assert all(torch.equal(p, p.half().double()) for p in model.parameters())
