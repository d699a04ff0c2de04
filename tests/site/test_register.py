"""Each row of the register names things that exist: a symbol, a paper, a page of the book and a test."""

import importlib
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FIELDS = {"key", "title", "paper", "symbol", "page", "test"}
ROWS = yaml.safe_load((ROOT / "book" / "models.yml").read_text(encoding="utf-8")) or []


def papers() -> set[str]:
    """Return the keys of the bibliography."""
    return set(re.findall(r"^@\w+\{([^,]+),", (ROOT / "book" / "references.bib").read_text(encoding="utf-8"), re.M))


def many(value: str | list[str]) -> list[str]:
    """Return the entries of a field, which is one string or a list of them."""
    return [value] if isinstance(value, str) else value


def symbol_fault(symbol: str) -> list[str]:
    """Return what is wrong with an import path."""
    module, _, name = symbol.rpartition(".")
    try:
        return [] if hasattr(importlib.import_module(module), name) else [f"{module} has no {name}"]
    except ImportError as error:
        return [str(error)]


def test_fault(test: str) -> list[str]:
    """Return what is wrong with the name of a test, path::function."""
    path, _, name = test.partition("::")
    if not (ROOT / path).is_file():
        return [f"{path} does not exist"]
    defined = re.search(rf"^\s*(def|class) {re.escape(name)}\b", (ROOT / path).read_text(encoding="utf-8"), re.M)
    return [] if name and defined else [f"{path} has no test {name!r}"]


test_fault.__test__ = False  # a helper, whatever its name says to pytest


def faults(row: dict[str, str | list[str]], known_papers: set[str], toc: str) -> list[str]:
    """Return what is wrong with a row, one sentence each."""
    if set(row) != FIELDS:
        return [f"the fields are {sorted(row)} and must be {sorted(FIELDS)}"]
    pages = [(page, (ROOT / page).is_file() and str(Path(page).with_suffix("")) in toc) for page in many(row["page"])]
    return [
        *(fault for symbol in many(row["symbol"]) for fault in symbol_fault(symbol)),
        *(f"{key} is not in references.bib" for key in many(row["paper"]) if key not in known_papers),
        *(f"{page} is not a page of the book" for page, good in pages if not good),
        *(fault for test in many(row["test"]) for fault in test_fault(test)),
    ]


@pytest.fixture(scope="module")
def toc() -> str:
    return (ROOT / "_toc.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize("row", ROWS, ids=[row["key"] for row in ROWS])
def test_row_is_true(row: dict[str, str], toc: str) -> None:
    assert faults(row, papers(), toc) == []


def test_keys_are_unique() -> None:
    assert [key for key, count in Counter(row["key"] for row in ROWS).items() if count > 1] == []


def test_bibliography_keys_are_unique() -> None:
    text = (ROOT / "book" / "references.bib").read_text(encoding="utf-8")
    assert [key for key, n in Counter(re.findall(r"^@\w+\{([^,]+),", text, re.M)).items() if n > 1] == []


def test_a_false_row_is_noticed(toc: str) -> None:
    row = dict(
        key="x", title="X", paper="nobody1900", symbol="genbook.checks.absent", page="chapters/x.ipynb", test="t.py"
    )
    assert len(faults(row, papers(), toc)) == 4
    assert faults({"key": "x"}, papers(), toc) != []
