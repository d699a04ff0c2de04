"""The loader of page functions runs the tagged cells and no others."""

from pathlib import Path

import nbformat
import pytest
from page_functions import FUNCTION_TAG, IMPORT_TAG, load_page_functions


def store(path: Path, *cells: tuple[str, str]) -> Path:
    page = nbformat.v4.new_notebook()
    page.cells = [nbformat.v4.new_code_cell(source, metadata={"tags": [tag] if tag else []}) for source, tag in cells]
    nbformat.write(page, path)
    return path


def test_tagged_cells_run_and_others_do_not(tmp_path: Path) -> None:
    cells = [
        ("import math", IMPORT_TAG),
        ("raise SystemExit", ""),
        ("def f(x):\n    return math.sqrt(x)", FUNCTION_TAG),
    ]
    assert load_page_functions(store(tmp_path / "page.ipynb", *cells)).f(9.0) == 3.0


def test_a_page_without_functions_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="has no cell tagged"):
        load_page_functions(store(tmp_path / "page.ipynb", ("1", "")))
