"""The address of the repository: set by one command, in one place, and every notebook is in step with it."""

import ast
import re
import shutil
from pathlib import Path

import nbformat
import pytest
import yaml
from pages import INSTALL_TAG, ROOT, install_source, read, repository_url, source_digest, write
from publish import address, set_address

SOURCES = [
    "README.md",
    "CITATION.cff",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "pyproject.toml",
    "_config.yml",
    "package.json",
]
HOSTED = re.compile(r"github\.com/[\w-]+/[\w.-]+|[\w-]+\.github\.io|pypi\.org/project/genbook")


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A small copy of the book: its configuration and one executed page."""
    shutil.copy(ROOT / "_config.yml", tmp_path)
    page = nbformat.v4.new_notebook()
    page.cells = [
        nbformat.v4.new_markdown_cell("# A page"),
        nbformat.v4.new_code_cell(install_source(""), metadata={"tags": [INSTALL_TAG]}),
        nbformat.v4.new_code_cell("print(1)"),
    ]
    page.metadata["genbook"] = {"executed": source_digest(page)}
    (tmp_path / "chapters").mkdir()
    write(page, tmp_path / "chapters" / "page.ipynb")
    set_address("", tmp_path)
    return tmp_path


def test_setting_the_address_changes_the_configuration_and_the_install_cells(clone: Path) -> None:
    set_address(address("some-owner/some.book"), clone)
    assert repository_url(clone) == "https://github.com/some-owner/some.book"
    config = yaml.safe_load((clone / "_config.yml").read_text(encoding="utf-8"))
    assert config["repository"]["url"] == "https://github.com/some-owner/some.book"
    page = read(clone / "chapters" / "page.ipynb")
    assert "%pip install -q git+https://github.com/some-owner/some.book" in page.cells[1].source
    assert page.cells[2].source == "print(1)"
    assert page.metadata["genbook"]["executed"] == source_digest(page)


def test_taking_the_address_away_restores_every_byte(clone: Path) -> None:
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file()}
    set_address(address("some-owner/some.book"), clone)
    set_address(address("none"), clone)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize(
    "name", ["", "owner", "owner/", "/name", "a/b/c", "own er/name", "https://github.com/a/b", "-a/b"]
)
def test_a_bad_name_is_refused_in_one_sentence(name: str) -> None:
    with pytest.raises(ValueError, match=r"^Expected REPO=owner/name"):
        address(name)


def test_the_install_cell_before_publishing_is_python_that_names_the_remedy() -> None:
    ast.parse(install_source(""))
    assert "pip install -e ." in install_source("")


def test_before_publishing_no_address_of_the_book_appears_anywhere() -> None:
    if repository_url():
        pytest.skip("the repository is published: its address is meant to be there")
    files = [ROOT / name for name in SOURCES] + [
        p for f in ("book", "chapters", "lib") for p in (ROOT / f).rglob("*.*")
    ]
    texts = {
        p: p.read_text(encoding="utf-8", errors="ignore")
        for p in files
        if p.suffix in {".md", ".py", ".ipynb", ".toml", ".yml", ".cff", ".json", ".mjs"} and p.is_file()
    }
    own = {"book/tools/publish.py"}
    found = [
        f"{p.relative_to(ROOT)}: {m[0]}" for p, t in texts.items() for m in HOSTED.finditer(t) if "genbook" in m[0]
    ]
    assert [line for line in found if line.split(":")[0] not in own] == []
