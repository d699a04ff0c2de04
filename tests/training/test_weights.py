"""Weights and their cards: what is stored comes back, and what does not fit is refused in one sentence."""

import json
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from torch import nn

from genbook import training
from genbook.training import weights

CARD = {"command": "python train.py", "seed": 0, "steps": 10, "data": "digits", "metrics": {"nats": 1.5}}


def network(width: int = 3) -> nn.Module:
    return nn.Sequential(nn.Linear(2, width), nn.BatchNorm1d(width))


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an empty package folder."""
    monkeypatch.setattr(weights, "cached", lambda name: tmp_path / "cache" / f"{name}.safetensors")
    monkeypatch.setattr(weights, "shipped", lambda name: tmp_path / "package" / f"{name}.safetensors")
    monkeypatch.delenv("GENBOOK_RETRAIN", raising=False)
    return tmp_path


def test_weights_come_back_bit_for_bit_with_their_card(tmp_path: Path) -> None:
    module, other = network(), network()
    module(torch.randn(8, 2))
    saved = training.save_weights(module, tmp_path / "a.safetensors", CARD)
    card = training.load_weights(other, tmp_path / "a.safetensors")
    assert card == saved == CARD | {"sha256": card["sha256"]}
    for name, value in module.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name
    with safe_open(tmp_path / "a.safetensors", framework="pt") as file:  # another reader
        assert torch.equal(file.get_tensor("0.weight"), module[0].weight)


def test_half_precision_is_loaded_back_to_the_dtype_of_the_module(tmp_path: Path) -> None:
    module, other = network(), network().double()
    training.save_weights(module, tmp_path / "a.safetensors", CARD, torch.float16)
    training.load_weights(other, tmp_path / "a.safetensors")
    assert torch.equal(other[0].weight, module[0].weight.half().double())
    assert other[1].num_batches_tracked.dtype == torch.int64


def test_weights_that_overflow_half_precision_are_refused(tmp_path: Path) -> None:
    module = network()
    nn.init.constant_(module[0].weight, 1e5)
    with pytest.raises(ValueError, match=r"'0\.weight' holds NaN or infinite values as torch\.float16"):
        training.save_weights(module, tmp_path / "a.safetensors", CARD, torch.float16)
    assert not list(tmp_path.iterdir())


def test_tied_weights_can_be_stored(tmp_path: Path) -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    module[1].weight = module[0].weight
    training.save_weights(module, tmp_path / "a.safetensors", CARD)
    before = module[0].weight.detach().clone()
    nn.init.zeros_(module[0].weight)
    training.load_weights(module, tmp_path / "a.safetensors")
    assert torch.equal(module[1].weight, before)


@pytest.mark.parametrize("damage", ["cut short", "flipped bit", "other card", "no JSON"])
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, damage: str) -> None:
    path, module = tmp_path / "a.safetensors", network()
    training.save_weights(module, path, CARD)
    content = bytearray(path.read_bytes())
    if damage == "cut short":
        path.write_bytes(content[:-1])
    elif damage == "flipped bit":
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        path.with_suffix(".json").write_text(json.dumps(CARD) if damage == "other card" else "{")
    with pytest.raises(ValueError, match=r"delete both files|sha256 of its card"):
        training.load_weights(module, path)


def test_weights_of_another_model_are_refused_and_nothing_is_changed(tmp_path: Path) -> None:
    training.save_weights(network(3), tmp_path / "a.safetensors", CARD)
    other = nn.Sequential(nn.Linear(2, 4), nn.Linear(4, 4))
    before = {name: value.clone() for name, value in other.state_dict().items()}
    with pytest.raises(
        ValueError, match=r"does not fit this Sequential \(.*and \d+ more\): build it as its card says, or retrain\.$"
    ):
        training.load_weights(other, tmp_path / "a.safetensors")
    assert all(torch.equal(before[name], value) for name, value in other.state_dict().items())


def test_a_shape_is_named(tmp_path: Path) -> None:
    training.save_weights(nn.Linear(2, 3), tmp_path / "a.safetensors", CARD)
    with pytest.raises(ValueError, match=r"weight has shape \(3, 2\) instead of \(4, 2\), bias has shape"):
        training.load_weights(nn.Linear(2, 4), tmp_path / "a.safetensors")


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"a\.safetensors is not there"):
        training.load_weights(network(), tmp_path / "a.safetensors")


def test_missing_weights_are_trained_once(folders: Path) -> None:
    calls = []

    def train_with(module: nn.Module) -> training.History:
        calls.append(1)
        return training.fit(lambda x: module(x).square().mean(), module, lambda step: torch.ones(4, 2), 3)

    first, second = network(), network()
    card = training.train_or_load("some-net", first, lambda: train_with(first))
    assert card["steps"] == 3
    assert card["name"] == "some-net"
    again = training.train_or_load("some-net", second, lambda: train_with(second))
    assert (again, len(calls)) == (card, 1)
    assert torch.equal(first[0].weight, second[0].weight)
    assert (folders / "cache" / "some-net.safetensors").exists()
    assert not (folders / "package").exists()


@pytest.mark.parametrize("by_argument", [True, False])
def test_retraining_is_asked_for(folders: Path, monkeypatch: pytest.MonkeyPatch, by_argument: bool) -> None:
    module = network()
    training.train_or_load("some-net", module, lambda: {"try": 1})
    if not by_argument:
        monkeypatch.setenv("GENBOOK_RETRAIN", "1")
    card = training.train_or_load("some-net", module, lambda: {"try": 2}, retrain=by_argument)
    assert card["try"] == 2


def test_the_weights_of_the_package_come_first(folders: Path) -> None:
    module, package = network(), network()
    training.train_or_load("some-net", module, lambda: None)
    weights.save_weights(package, "some-net", CARD)
    assert (folders / "package" / "some-net.safetensors").exists()
    training.train_or_load("some-net", module, lambda: pytest.fail("nothing to train"))
    assert torch.equal(module[0].weight, package[0].weight)


def test_budgets_have_caches_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    found = set()
    for tier in ("smoke", "cpu", "gpu"):
        monkeypatch.setenv("GENBOOK_BUDGET", tier)
        found.add(training.cached("some-net"))
    assert len(found) == 3


def test_the_package_folder_lies_in_the_package() -> None:
    import genbook

    expected = Path(genbook.__file__).parent / "weights" / "some-net.safetensors"
    assert training.shipped("some-net") == expected


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Upper", ".hidden", "a b"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="expected small letters, digits, dots and hyphens"):
        training.train_or_load(name, network(), lambda: None)


@pytest.mark.parametrize(
    ("card", "error"),
    [(None, TypeError), ([], TypeError), ({"x": torch.ones(1)}, ValueError), ({"x": float("nan")}, ValueError)],
)
def test_a_card_that_is_no_json_is_refused(tmp_path: Path, card: object, error: type) -> None:
    with pytest.raises(error, match="card"):
        training.save_weights(network(), tmp_path / "a.safetensors", card)
    assert not list(tmp_path.iterdir())
