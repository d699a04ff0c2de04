"""The one knob, and where things run."""

import pytest
import torch

from genbook import training


@pytest.mark.parametrize(("name", "value"), [("smoke", 1), ("cpu", 2), ("gpu", 3)])
def test_the_variable_decides(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    monkeypatch.setenv("GENBOOK_BUDGET", name)
    assert training.budget(smoke=1, cpu=2, gpu=3) == value
    assert training.tier() == name


@pytest.mark.parametrize(("cuda", "value"), [(True, "c"), (False, "b")])
@pytest.mark.parametrize("unset", [True, False])
def test_without_it_the_hardware_decides(monkeypatch: pytest.MonkeyPatch, cuda: bool, value: str, unset: bool) -> None:
    if unset:
        monkeypatch.delenv("GENBOOK_BUDGET", raising=False)
    else:
        monkeypatch.setenv("GENBOOK_BUDGET", "")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    assert training.budget(smoke="a", cpu="b", gpu="c") == value


@pytest.mark.parametrize("name", ["GPU", "fast", " cpu", "0"])
def test_another_value_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("GENBOOK_BUDGET", name)
    with pytest.raises(ValueError, match=f"^GENBOOK_BUDGET is '{name}', expected smoke, cpu, gpu or nothing"):
        training.budget(smoke=1, cpu=2, gpu=3)


def test_numbers_are_passed_by_name_only() -> None:
    with pytest.raises(TypeError):
        training.budget(1, 2, 3)


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, False, "cuda:1"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_best_device_is_taken(monkeypatch: pytest.MonkeyPatch, cuda: bool, mps: bool, expected: str) -> None:
    monkeypatch.setenv("LOCAL_RANK", "5")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert training.device() == torch.device(expected)
