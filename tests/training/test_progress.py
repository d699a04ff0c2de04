"""The bar is plain text, is off where nobody looks, and leaves one short line."""

import io
import sys
from typing import Any

import pytest
import torch
from torch import nn

from genbook import training
from genbook.training.progress import NotebookLine, stream


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def train(steps: int = 30) -> None:
    model = nn.Linear(1, 1)
    training.fit(lambda x: model(x).square().mean(), model, lambda step: torch.ones(2, 1), steps)


def test_a_terminal_keeps_one_short_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENBOOK_PROGRESS", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    train()
    assert "\n" not in terminal.getvalue()[:-1]
    *drawn, last = terminal.getvalue().split("\r")
    assert last.startswith("30 steps, loss ")
    assert last.endswith(" s\n")
    assert len(last) < 60
    assert any("/30" in text for text in drawn)
    assert all(len(text) < 80 for text in drawn)


@pytest.mark.parametrize(("setting", "tty", "shown"), [(None, False, False), ("0", True, False), ("1", False, True)])
def test_where_it_is_shown(monkeypatch: pytest.MonkeyPatch, setting: str | None, tty: bool, shown: bool) -> None:
    if setting is None:
        monkeypatch.delenv("GENBOOK_PROGRESS", raising=False)
    else:
        monkeypatch.setenv("GENBOOK_PROGRESS", setting)
    out = Terminal() if tty else io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    train()
    assert bool(out.getvalue()) == shown


class Cell:
    """What a notebook keeps: one entry a display, overwritten by its updates."""

    def __init__(self) -> None:
        self.outputs: list[dict[str, str]] = []

    def display(self, data: dict[str, str], raw: bool, display_id: bool) -> Any:
        assert raw
        assert display_id
        place = len(self.outputs)
        self.outputs.append(data)
        outer = self

        class Handle:
            def update(self, data: dict[str, str], raw: bool) -> None:
                outer.outputs[place] = data

        return Handle()


def test_a_notebook_cell_keeps_only_the_last_line(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = Cell()
    monkeypatch.setattr(training.progress, "stream", lambda: NotebookLine(cell.display))
    train()
    assert len(cell.outputs) == 1
    assert cell.outputs[0].keys() == {"text/plain"}
    assert cell.outputs[0]["text/plain"].startswith("30 steps, loss ")


def test_in_a_kernel_the_line_goes_to_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    import IPython

    class Shell:
        kernel = object()

    monkeypatch.delenv("GENBOOK_PROGRESS", raising=False)
    monkeypatch.setattr(IPython, "get_ipython", Shell)
    assert isinstance(stream(), NotebookLine)
    monkeypatch.setenv("GENBOOK_PROGRESS", "0")
    assert stream() is None


def test_a_run_that_fails_still_leaves_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GENBOOK_PROGRESS", raising=False)
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    model = nn.Linear(1, 1)
    with pytest.raises(FloatingPointError):
        training.fit(lambda x: model(x).mean() / 0, model, lambda step: torch.ones(2, 1), 5)
    assert "0 steps, loss nan" in terminal.getvalue()
