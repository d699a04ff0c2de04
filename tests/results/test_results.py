import json

import pytest

from genbook import results


def test_a_result_comes_back_with_what_it_takes_to_repeat_it(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    path = results.write("demo", [{"model": "uniform", "nats": 181.3}], seeds=[0, 1, 2])
    record = results.read("demo")
    assert record["rows"] == [{"model": "uniform", "nats": 181.3}]
    assert record["seeds"] == [0, 1, 2]
    assert {"command", "versions", "hardware", "day"} <= record.keys()
    assert list(tmp_path.iterdir()) == [path], "the temporary file stayed behind"


def test_seeds_that_ran_one_by_one_are_joined(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    for seed, nats in ((1, 81.0), (0, 80.0), (1, 82.0)):
        rows = [{"model": "a", "runs": [{"seed": seed, "nats": nats}]}]
        results.write("demo", results.joined("demo", rows), seeds=[0, 1])
    results.write("demo", results.joined("demo", [{"model": "b", "runs": [{"seed": 0, "nats": 9.0}]}]), seeds=[0, 1])
    a, b = results.read("demo")["rows"]
    assert (a["model"], b["model"]) == ("a", "b")
    assert a["runs"] == [{"seed": 0, "nats": 80.0}, {"seed": 1, "nats": 82.0}], "the later run of a seed counts"


def test_bad_input_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match="there is no result 'nothing'"):
        results.read("nothing")
    with pytest.raises(ValueError, match="has no rows"):
        results.write("empty", [], seeds=[0])
    results.write("plain", [{"model": "uniform", "nats": 181.3}], seeds=[])
    with pytest.raises(ValueError, match="rows without runs"):
        results.joined("plain", [{"model": "uniform", "runs": []}])


@pytest.mark.parametrize("path", sorted(results.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_committed_results_say_how_they_were_made(path):
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["rows"]
    assert record["command"].startswith("python benchmarks/")
    assert isinstance(record["seeds"], list)  # empty where nothing is drawn
    assert record["versions"]["torch"] and record["hardware"]
