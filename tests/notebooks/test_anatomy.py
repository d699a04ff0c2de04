"""The form of a page: short cells, prose between them, clean outputs, and alternative text for every picture."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from pages import ROOT, read

LONG_CELL, LONG_IMPORTS, IN_A_ROW = 30, 10, 2
MODEL_PAGE = {
    "a heading 'Notation'": r"^#+ .*notation",
    "a heading with 'Exercises'": r"^#+ .*exercise",
    "a heading with 'Limits'": r"^#+ .*limit",
    "a heading with 'Summary'": r"^#+ .*summary",
    "a prediction before running": r"predict",
    "a citation": r"\{cite",
    "a running time": r"\b(seconds|minutes)\b",
}


def form(page: NotebookNode) -> list[str]:
    """Return what is wrong with the form of a page, one remark each."""
    remarks, row = [], 0
    for number, cell in enumerate(page.cells):
        row = row + 1 if cell.cell_type == "code" else 0
        if cell.cell_type != "code":
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        imports = [line for line in lines if re.match(r"\s*(import|from)\s", line)]
        tags = cell.metadata.get("tags", [])
        if row > IN_A_ROW:
            remarks.append(f"cell {number}: more than {IN_A_ROW} code cells in a row")
        if len(lines) > LONG_CELL:
            remarks.append(f"cell {number}: {len(lines)} lines of code")
        if len(imports) > LONG_IMPORTS:
            remarks.append(f"cell {number}: {len(imports)} lines of imports")
        if cell.source.strip() and not cell.get("execution_count") and "install" not in tags:
            remarks.append(f"cell {number}: not executed")
        for output in cell.outputs:
            if output.output_type == "error" and "raises-exception" not in tags:
                remarks.append(f"cell {number}: the output is the error {output.ename}")
            if output.get("name") == "stderr" and "warning" in output.text.lower():
                remarks.append(f"cell {number}: a warning in the output")
    return remarks


def anatomy(page: NotebookNode) -> list[str]:
    """Return which parts a page that teaches a model lacks."""
    text = "\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown").lower()
    missing = [part for part, pattern in MODEL_PAGE.items() if not re.search(pattern, text, re.M)]
    checks = [cell for cell in page.cells if cell.cell_type == "code" and "NBVAL_CHECK_OUTPUT" in cell.source]
    if not checks or not all(cell.outputs for cell in checks):
        missing.append("a check cell with an output")
    return missing


def test_form_of_the_page(page_path: Path) -> None:
    assert form(read(page_path)) == []


def test_a_page_of_the_register_has_every_part(page_path: Path) -> None:
    register = (ROOT / "book" / "models.yml").read_text(encoding="utf-8")
    if f"page: {page_path.relative_to(ROOT).as_posix()}" not in register:
        pytest.skip("the page teaches no model of the register")
    assert anatomy(read(page_path)) == []


def test_every_picture_has_alternative_text(page_path: Path) -> None:
    built = ROOT / "_build" / "html" / page_path.relative_to(ROOT).with_suffix(".html")
    if not built.exists():
        pytest.skip("the website is not built")
    article = built.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
    pictures = re.findall(r"<img\b[^>]*>", article)
    assert [picture[:120] for picture in pictures if not re.search(r'\balt="(?!_build|\.\./)[^"]{10,}"', picture)] == []


def test_bad_form_is_noticed() -> None:
    new = nbformat.v4.new_code_cell
    long, warned, failed = new("x = 1\n" * 31), new("f()"), new("import a\n" * 11)
    warned.outputs = [nbformat.v4.new_output("stream", name="stderr", text="UserWarning: no")]
    failed.outputs = [nbformat.v4.new_output("error", ename="ValueError", evalue="", traceback=[])]
    remarks = form(nbformat.v4.new_notebook(cells=[long, warned, failed]))
    for words in ("31 lines", "a warning", "in a row", "11 lines of imports", "error ValueError", "not executed"):
        assert any(words in remark for remark in remarks)
    assert len(anatomy(nbformat.v4.new_notebook())) == len(MODEL_PAGE) + 1
