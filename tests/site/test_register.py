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


def faults(row: dict[str, str], known_papers: set[str], toc: str) -> list[str]:
    """Return what is wrong with a row, one sentence each."""
    if set(row) != FIELDS:
        return [f"the fields are {sorted(row)} and must be {sorted(FIELDS)}"]
    found = []
    module, _, name = row["symbol"].rpartition(".")
    try:
        if not hasattr(importlib.import_module(module), name):
            found.append(f"{module} has no {name}")
    except ImportError as error:
        found.append(str(error))
    found += [f"{key} is not in references.bib" for key in re.split(r",\s*", row["paper"]) if key not in known_papers]
    if not (ROOT / row["page"]).is_file() or str(Path(row["page"]).with_suffix("")) not in toc:
        found.append(f"{row['page']} is not a page of the book")
    path, _, test = row["test"].partition("::")
    if not (ROOT / path).is_file():
        found.append(f"{path} does not exist")
    elif test and not re.search(
        rf"^\s*(def|class) {re.escape(test)}\b", (ROOT / path).read_text(encoding="utf-8"), re.M
    ):
        found.append(f"{path} has no {test}")
    return found


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
