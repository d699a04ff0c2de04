"""A site of one page with the book's own configuration: launch buttons, and broken references that fail."""

import shutil
from pathlib import Path

import nbformat
import pytest
import site_build
from pages import INSTALL_TAG, ROOT, install_source, write
from publish import address, set_address


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the book's configuration with one page, which the build tool takes for the book."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for name in ("ext", "static"):
        shutil.copytree(ROOT / "book" / name, tmp_path / "book" / name)
    shutil.copy(ROOT / "book" / "references.bib", tmp_path / "book")
    (tmp_path / "_build" / "static").mkdir(parents=True)
    (tmp_path / "chapters").mkdir()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/page\n")
    monkeypatch.setattr(site_build, "ROOT", tmp_path)
    monkeypatch.setattr(site_build, "HTML", tmp_path / "_build" / "html")
    store(tmp_path, "# A page\n\nSome text.")
    set_address("", tmp_path)
    return tmp_path


def store(root: Path, text: str) -> None:
    cells = [
        nbformat.v4.new_markdown_cell(text),
        nbformat.v4.new_code_cell(install_source(""), metadata={"tags": [INSTALL_TAG, "remove-cell"]}),
        nbformat.v4.new_code_cell("1 + 1"),
    ]
    write(nbformat.v4.new_notebook(cells=cells), root / "chapters" / "page.ipynb")


def test_a_launch_button_appears_with_the_address_and_not_before(small: Path) -> None:
    page = small / "_build" / "html" / "chapters" / "page.html"
    assert site_build.build() == 0
    assert "colab.research" not in page.read_text(encoding="utf-8")
    assert "github.com" not in page.read_text(encoding="utf-8")
    set_address(address("some-owner/some-book"), small)
    assert site_build.build() == 0
    button = "https://colab.research.google.com/github/some-owner/some-book/blob/main/chapters/page.ipynb"
    assert button in page.read_text(encoding="utf-8")
    assert "find_spec" not in page.read_text(encoding="utf-8")


def test_broken_references_fail_the_build_and_each_is_named(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = {"[gone](gone.md)": "gone.md", "{cite:t}`nobody1900`": "nobody1900", "{eq}`no-equation`": "no-equation"}
    store(small, "# A page\n\nSee " + ", ".join(faults) + ".")
    assert site_build.build() != 0
    warnings = [line for line in capsys.readouterr().out.splitlines() if "WARNING" in line]
    assert [name for name in faults.values() if not any(name in line for line in warnings)] == []
